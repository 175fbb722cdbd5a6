"""API keys: their file, who is admitted by it, and how a change of it counts."""
