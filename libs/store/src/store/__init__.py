"""The database: what the gateway keeps and the trainer reads."""
