"""What a model sees of a message; trainer and inference both prepare texts with it."""

from kit.text import normalise


def model_text(text: str) -> str:
    """Return what a model sees of a raw `text`. Not idempotent: give it raw texts only."""
    return normalise(text)
