"""Feedback: what attackers do to a model that is trained with it, and what honest reporters do."""
