"""What is measured on a message: the features that a rule can set bounds for."""

import re
from functools import cached_property
from typing import Final

from kit.text import INVISIBLE, LATIN, LOOKALIKE, WORD
from rules.disguises.emoji import ONE_EMOJI
from rules.links import LINK

_EMOJI: Final = re.compile(ONE_EMOJI)
# A dot or its disguise within a word, or a scheme: cheap to look for, and most messages have none.
_MAY_LINK: Final = re.compile(r"[.)\]\u3002][^\W_]|//")
_CAPITALS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SMALL: Final = _CAPITALS.lower()
_DIGITS: Final = b"0123456789"


class Features:
    """The features of one message, each measured when it is first asked for, if it takes time."""

    def __init__(self, raw: str, normalised: str) -> None:
        """Take the message as it came and its normal form."""
        self._raw = raw
        self._normalised = normalised

    @property
    def length(self) -> int:
        """Code points of the normalised text."""
        return len(self._normalised)

    @property
    def words(self) -> int:
        """Parts of the normalised text between its spaces."""
        return self._normalised.count(" ") + 1 if self._normalised else 0

    @cached_property
    def links(self) -> int:
        """Links in the normalised text; see `rules.links`."""
        return len(LINK.findall(self._normalised)) if _MAY_LINK.search(self._normalised) else 0

    @cached_property
    def capitals(self) -> float:
        """Share of capitals among the capital and small letters of the raw text, 0 without any."""
        if self._raw.isascii():
            encoded = self._raw.encode()
            capitals = _count(encoded, _CAPITALS)
            small = _count(encoded, _SMALL)
        else:
            capitals = sum(map(str.isupper, self._raw))
            small = sum(map(str.islower, self._raw))
        return capitals / (capitals + small) if capitals else 0.0

    @cached_property
    def digits(self) -> float:
        """Share of decimal digits among the normalised text's characters that are no space."""
        total = len(self._normalised) - self._normalised.count(" ")
        if self._normalised.isascii():
            digits = _count(self._normalised.encode(), _DIGITS)
        else:
            digits = sum(map(str.isdecimal, self._normalised))
        return digits / total if total else 0.0

    @cached_property
    def mixed_scripts(self) -> int:
        """Words of the raw text with a Latin letter and another script's look-alike of one.

        Invisible characters part no words; widths and ligatures count as they are written.
        """
        if self._raw.isascii() or not LOOKALIKE.search(self._raw):
            return 0
        words = WORD.findall(INVISIBLE.sub("", self._raw))
        return sum(1 for word in words if LOOKALIKE.search(word) and LATIN.search(word))

    @cached_property
    def hidden(self) -> int:
        """Characters of the raw text that nobody sees, but for those that emoji are made with.

        Those that `kit.text.normalise` removes: controls other than white space, zero-width and
        bidirectional characters, fillers and soft hyphens. Scripts such as Arabic need some.
        """
        if self._raw.isascii() and self._raw.isprintable():
            return 0
        text = self._raw if self._raw.isascii() else _EMOJI.sub("", self._raw)
        return sum(map(len, INVISIBLE.findall(text)))

    @cached_property
    def emoji(self) -> int:
        """Emoji in the raw text; a flag, a keycap and a joined family are one each."""
        return 0 if self._raw.isascii() else len(_EMOJI.findall(self._raw))


def _count(text: bytes, members: bytes) -> int:
    """Return how many bytes of a text are among the members."""
    return len(text) - len(text.translate(None, members))
