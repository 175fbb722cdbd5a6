"""The commands of the trainer, each a function that `cli.py` gives its name."""
