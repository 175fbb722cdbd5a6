"""The squeezed form of a message: the normalised one with its disguises undone."""

import re
from dataclasses import dataclass
from typing import Final

from kit.text import MAX_CHARS, latinise, normalise
from rules.disguises.boxes import unboxed
from rules.disguises.edits import Edit, before_edits, edited
from rules.disguises.leet import read_leet
from rules.disguises.spacing import (
    SPACED,
    WIDE,
    without_emoji,
    without_noise,
    without_signs,
    without_spaces,
)
from rules.disguises.suspicion import suspect

# `normalise` collapses white space, so a mark that it keeps stands for a wide gap meanwhile.
_MARK: Final = "\ue000"
_GAP = re.compile(r"\s{2,}")
_MARKED_GAP = re.compile(f" (?:{_MARK} )+")


@dataclass(slots=True)
class Squeezed:
    """A text with its disguises undone, and the way back."""

    text: str
    """The normalised text itself, the same object, if there was nothing to undo."""
    steps: tuple[list[Edit], ...] = ()
    """The edits of each step, the first of the normalised text, the next of its result."""

    def in_normalised(self, start: int, end: int) -> tuple[int, int]:
        """Return the part of the normalised text that a part of this text was made from."""
        for edits in reversed(self.steps):
            start, end = before_edits(edits, start, end)
        return start, end


def squeeze(raw: str, normalised: str) -> Squeezed:
    """Undo the disguises in a message, and leave an ordinary text as it is.

    In this order: boxed letters read as letters; emoji removed; letters joined that stand apart;
    signs inside words removed; digits and symbols inside words replaced by private characters, for
    `leet.readings`. Those that the message itself holds become U+FFFD, so nobody can write one.
    Defined for every `str`, in time that grows with the length.

    Args:
        raw: The message as it came: its wide gaps part words whose letters are spaced out.
        normalised: `kit.text.normalise(raw)`.
    """
    apart, signs, noise = suspect(normalised)
    if not (apart or signs):
        return Squeezed(normalised)
    text, steps = normalised, []
    if apart:
        text = _with_wide_gaps(raw, unboxed(text))
        for step in (without_emoji, without_signs, without_spaces):
            if edits := list(step(text)):
                text = edited(text, edits)
                steps.append(edits)
    if (apart or noise) and (edits := list(without_noise(text))):
        text = edited(text, edits)
        steps.append(edits)
    if text is not normalised:
        # A letter by itself is of no script but its own; in a joined word it may be disguised.
        text = latinise(text).replace(WIDE, " ")
    text = read_leet(text)
    return Squeezed(normalised if text == normalised else text, tuple(steps))


def _with_wide_gaps(raw: str, text: str) -> str:
    """Return the text with `WIDE` where the raw text had two or more white-space characters.

    Only where it matters: in a text with letters spaced out.
    """
    if not SPACED.search(text) or _MARK in raw or not _GAP.search(raw):
        return text
    marked = normalise(_GAP.sub(f" {_MARK} ", raw.strip()[:MAX_CHARS]))
    wide = unboxed(_MARKED_GAP.sub(WIDE, marked))
    # The marks lengthen the text, so a very long one is cut elsewhere and has to do without.
    return wide if wide.replace(WIDE, " ") == text else text
