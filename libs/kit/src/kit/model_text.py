"""What a model sees of a message; trainer and inference both prepare texts with it."""

from kit.marks import marks
from kit.text import normalise, visible


def model_text(text: str) -> str:
    """Return what a model sees of a raw `text`: its normal form, and behind it its marks.

    Not idempotent, for capitals are gone from what it returns: give it raw texts only. Defined for
    every `str`, in time that grows with the length.
    """
    normalised = normalise(text)
    return f"{normalised} {marks(visible(text), normalised)}"
