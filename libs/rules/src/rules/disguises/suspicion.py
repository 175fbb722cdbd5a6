"""A first, cheap look at a message: whether there can be any disguise in it at all."""

from typing import Final

_CHARSET: Final = "cp1252"
"""Bytes are looked through fastest. What this set lacks is written as "?", and taken for letters.

The set has the accents, quotes and signs of Western languages, so most texts come through whole.
"""

_LETTERS: Final = "'?\u2018\u2019" + "".join(
    filter(str.isalpha, bytes(range(256)).decode(_CHARSET, "ignore"))
)
_DIGITS: Final = "0123456789"


_NAMES: Final = {"letter": b"a", "sign": b"1", "between": b"2", "noise": b"3"}


def _classes(**members: str) -> bytes:
    """Return a table for `bytes.translate` that puts a name for each character.

    Args:
        members: Each class's characters. All that are in none become a space.
    """
    table = bytearray(b" " * 256)
    for kind, characters in members.items():
        for code in characters.encode(_CHARSET):
            table[code : code + 1] = _NAMES[kind]
    return bytes(table)


_COARSE = _classes(letter=_LETTERS, sign=_DIGITS + "@$!|+(\u20ac\xa2\xa5*_~^`\xb7\u2022")
_APART = _classes(letter=_LETTERS + _DIGITS + "@$+\u20ac")
_FINE = _classes(
    letter=_LETTERS,
    sign=_DIGITS + "@$|+\u20ac\xa2\xa5",
    between="!(",
    noise="*_~^`\xb7\u2022",
)
_IN_WORDS: Final = (b"a1", b"1a", b"a3", b"3a", b"a2a", b"a21", b"a23", b"12a", b"32a")


def suspect(text: str) -> tuple[bool, bool]:
    """Return whether letters can stand apart in a text, and whether signs can stand in words.

    Two times no is certain, but for emoji and the like; yes is often wrong. It takes about a
    microsecond for a message without digits and signs.

    Args:
        text: Normalised text.
    """
    text = text.replace("?", " ")
    encoded = text.encode() if text.isascii() else text.encode(_CHARSET, "replace")
    encoded = b" %b " % encoded
    kinds = encoded.translate(_COARSE)
    apart = _has_letters_apart(kinds)
    if b"1" not in kinds:
        return apart, False
    signs = encoded.translate(_FINE)
    return (
        apart or _has_letters_apart(encoded.translate(_APART)),
        any(sequence in signs for sequence in _IN_WORDS),
    )


def _has_letters_apart(kinds: bytes) -> bool:
    return b" a a " in kinds or (b"   " in kinds and b" a   a " in kinds)
