"""Where a version comes from, and training it again."""
