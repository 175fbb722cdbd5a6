"""Characters put between letters: such as are not seen, and such as space a word out."""

import random

_INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad"
_SPACERS = " .-_*"
_SHARE = 0.5
"""Share of the gaps of a disguised word that get an invisible character."""


def zero_width(word: str, rng: random.Random) -> str:
    """Return `word` with invisible characters in about half of the gaps between its letters."""
    gaps = (rng.choice(_INVISIBLE) if rng.random() < _SHARE else "" for _ in word[1:])
    return word[0] + "".join(gap + letter for gap, letter in zip(gaps, word[1:], strict=True))


def spacing(word: str, rng: random.Random) -> str:
    """Return `word` with its letters spaced out by one sign: `f r e e`, `f.r.e.e`."""
    return rng.choice(_SPACERS).join(word)
