"""Disguises of spam: what an attacker does to a text so that a reader knows it and a filter not."""
