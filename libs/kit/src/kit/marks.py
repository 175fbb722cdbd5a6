"""Marks: what a model is told about a text beside its words, and how that is written."""

import re
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate, product

# A normalised text has no white space but single spaces, so no text can forge these. Vectorisers
# for words and characters take them for a gap, and pass them by.
_SIGNS = [a + b for a, b in product("\t\n\v\f\r\x1f", repeat=2)]
MARK_PATTERN = "[\t\n\v\f\r\x1f]{2}"
"""Finds the marks behind a text, one at a time."""

_LONGEST_NUMBER = 10
_CAPITAL_WORDS = (1, 2, 4, 8)
_LENGTHS = (20, 40, 60, 80, 100, 120, 140, 160)
_DIGITS = (1, 3, 6, 10, 15, 20)

_NAMES = [
    "link",
    "money",
    *(f"number of {count} digits" for count in range(1, _LONGEST_NUMBER)),
    f"number of {_LONGEST_NUMBER} digits or more",
    *(f"capital words>={least}" for least in _CAPITAL_WORDS),
    *(f"length>={least}" for least in _LENGTHS),
    *(f"digits>={least}" for least in _DIGITS),
]
MARK_NAMES = dict(zip(_SIGNS, _NAMES, strict=False))
"""What each mark says, by its sign."""

_sign = {name: sign for sign, name in MARK_NAMES.items()}


def readable(term: str) -> str:
    """Return the name of a mark by its sign, and any other term as it is."""
    return MARK_NAMES.get(term, term)


def _at_least(what: str, levels: Sequence[int]) -> list[str]:
    """Return what to write for none of the levels, the first, the first two, and so on."""
    signs = [_sign[f"{what}>={least}"] for least in levels]
    return list(accumulate(signs, initial=""))


_OF_CAPITALS = _at_least("capital words", _CAPITAL_WORDS)
_OF_LENGTH = _at_least("length", _LENGTHS)
_OF_DIGITS = _at_least("digits", _DIGITS)
_OF_NUMBERS = [_sign[name] for name in _NAMES if name.startswith("number")]

# None of these can go back over what it has read, so their time grows with the length of the text.
# Each begins with a character or a set of them, which `re` looks for fastest.
_DOMAIN = re.compile(r"\.(?<=[a-z0-9-]\.)(?:com|net|org|co\.uk|uk|tv|biz|info|mobi)\b")
_MONEY = re.compile(r"[£$€] ?[0-9]|[0-9] ?(?:p|pence|pounds?|gbp|euros?|usd|[£€$])(?!\w)")
_NUMBER = re.compile(r"[0-9]++(?:[ -][0-9]++)*+")
_CAPITALS = re.compile(r"[A-Z]{2}")
_CAPITAL_WORD = re.compile(r"\b[A-Z]{2,}+\b")


def marks(visible: str, normalised: str) -> str:
    """Return the marks of a text, each once, as a model reads them behind it.

    Marks are a link, an amount of money, how long the numbers are (a space or hyphen within a
    number counts for nothing), and how many words in capitals, characters and digits there are at
    least.

    Args:
        visible: The text as `kit.text.visible` gives it, with its capitals.
        normalised: As `kit.text.normalise` gives it.
    """
    written = _OF_LENGTH[bisect(_LENGTHS, len(normalised))]
    if _CAPITALS.search(visible):
        words = _CAPITAL_WORD.findall(visible)
        written += _OF_CAPITALS[bisect(_CAPITAL_WORDS, len(words))]
    if numbers := _NUMBER.findall(normalised):
        lengths = [len(number) - number.count(" ") - number.count("-") for number in numbers]
        written += "".join(_OF_NUMBERS[length - 1] for length in _short(lengths))
        written += _OF_DIGITS[bisect(_DIGITS, sum(lengths))]
        if _MONEY.search(normalised):
            written += _sign["money"]
    if "://" in normalised or "www." in normalised or _DOMAIN.search(normalised):
        written += _sign["link"]
    return written


def _short(lengths: Sequence[int]) -> list[int]:
    return sorted({min(length, _LONGEST_NUMBER) for length in lengths})
