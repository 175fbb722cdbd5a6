"""Feedback of users as data to train on: the guards before it, and what the run says of it."""
