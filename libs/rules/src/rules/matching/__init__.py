"""Patterns matched: from Python's syntax to an automaton that finds all of them in one pass."""
