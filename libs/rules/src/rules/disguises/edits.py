"""Replacements in a text, and the way back through them."""

from collections.abc import Sequence
from typing import TypeAlias

Edit: TypeAlias = tuple[int, int, str]
"""Start and end of a part of a text, and what stands there instead.

Edits of one text are in order and do not overlap.
"""


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with its edits."""
    pieces: list[str] = []
    done = 0
    for start, end, instead in edits:
        pieces += text[done:start], instead
        done = end
    return "".join(pieces) + text[done:]


def before_edits(edits: Sequence[Edit], start: int, end: int) -> tuple[int, int]:
    """Return the part of the text that a part of the edited text was made from.

    An empty part stays empty. A part of what an edit put there was made from all that it replaced.
    """
    first, last = _origin(edits, start), _origin(edits, max(end - 1, start))
    return (first[0], last[1]) if start < end else (first[0], first[0])


def _origin(edits: Sequence[Edit], position: int) -> tuple[int, int]:
    """Return the part of the text that one character of the edited text was made from."""
    shift = 0
    for start, end, instead in edits:
        if position + shift < start:
            break
        if position + shift < start + len(instead):
            return start, end
        shift += end - start - len(instead)
    return position + shift, position + shift + 1
