"""Stub until branch model is merged."""

from kit.text import normalise


def model_text(text: str) -> str:
    """Return what a model sees of a raw text."""
    return normalise(text)
