"""The model in memory: compiled tables, and how they score a text."""
