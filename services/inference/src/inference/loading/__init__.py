"""Bringing a version into the cache, verified and compiled, in a process of its own."""
