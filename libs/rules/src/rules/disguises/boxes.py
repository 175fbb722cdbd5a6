"""Letters in boxes and circles, which Unicode does not take for letters."""

import re
from typing import Final

from rules.disguises.leet import FIRST_PRIVATE, LAST_PRIVATE

BOXES: Final = "\U0001f150-\U0001f169\U0001f170-\U0001f189"
"""Ranges of white letters on black: in circles, in boxes."""

PRIVATE: Final = f"{chr(FIRST_PRIVATE)}-{chr(LAST_PRIVATE)}"
"""The range of the private characters."""

_UNBOXED = {first + n: ord("a") + n for first in (0x1F150, 0x1F170) for n in range(26)}
_UNBOXED |= dict.fromkeys(range(FIRST_PRIVATE, LAST_PRIVATE + 1), 0xFFFD)
_BOXED = re.compile(f"[{PRIVATE}{BOXES}]")


def unboxed(text: str) -> str:
    """Return a text with boxed letters read as letters; nothing moves.

    Private characters that the text itself holds become U+FFFD.
    """
    return text if text.isascii() or not _BOXED.search(text) else text.translate(_UNBOXED)
