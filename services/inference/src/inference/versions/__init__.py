"""Versions of the registered model: their names, and the cache that keeps them."""
