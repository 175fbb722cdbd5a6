"""A first, cheap look at a message: whether there can be any disguise in it at all."""

import re
from typing import Final

from rules.disguises.boxes import BOXES, PRIVATE
from rules.disguises.emoji import KEYCAP, PICTOGRAPHS
from rules.disguises.spacing import RARE_SIGNS

_CHARSET: Final = "cp1252"
"""Bytes are looked through fastest. What this set lacks is taken for letters.

The set has the accents, quotes and signs of Western languages, so most texts come through whole.
"""

_LETTERS: Final = "'\u2018\u2019" + "".join(
    filter(str.isalpha, bytes(range(256)).decode(_CHARSET, "ignore"))
)
_DIGITS: Final = "0123456789"
_STRANGE = re.compile(f"[{KEYCAP}{PRIVATE}{BOXES}{RARE_SIGNS}{PICTOGRAPHS}]")


_NAMES: Final = {"letter": b"a", "sign": b"1", "between": b"2", "noise": b"3"}
_SIGN, _BETWEEN, _NOISE = b"123"


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


_APART = _classes(letter=_LETTERS + _DIGITS + "@$+\u20ac")
_IN_WORDS = _classes(
    letter=_LETTERS,
    sign=_DIGITS + "@$|+\u20ac\xa2\xa5",
    between="!(",
    noise="*_~^`\xb7\u2022",
)
# By the patterns of `rules.disguises.spacing`, letters drawn apart are three or more; "!" and "|"
# count for letters if no letter is before them.
_THREE_APART = re.compile(rb" a(?: a| {3}a){2} ")
_LONE_MARK = re.compile(rb"(?<![0-9a-z])[!|]")


def suspect(text: str) -> tuple[bool, bool, bool]:
    """Return whether letters can stand apart in a text, signs in words, and useless ones there.

    No is certain, but for letters apart that touch a quote or what `_CHARSET` lacks; yes is often
    wrong. Emoji and the like are taken for letters apart; a sign is of use if it can be read as a
    letter. It takes about a microsecond for a message.

    Args:
        text: Normalised text, so without the controls in which Latin-1 differs from `_CHARSET`.
    """
    try:
        encoded = text.encode("latin-1")
        apart = _has_letters_apart(encoded) and _has_three_apart(encoded)
    except UnicodeEncodeError:
        encoded = text.replace("?", " ").encode(_CHARSET, "replace").replace(b"?", b"a")
        apart = _STRANGE.search(text) is not None or _has_letters_apart(encoded)
    kinds = encoded.translate(_IN_WORDS)
    noise = _NOISE in kinds
    if noise:
        kinds = kinds.replace(b"3", b"1")
    signs = _SIGN in kinds and (b"a1" in kinds or b"1a" in kinds)
    if not signs and _BETWEEN in kinds:
        signs = b"a2a" in kinds or (_SIGN in kinds and (b"a21" in kinds or b"12a" in kinds))
    return apart, signs, noise and signs


def _has_letters_apart(encoded: bytes) -> bool:
    kinds = b" %b " % encoded.translate(_APART)
    return b" a a " in kinds or (b"   " in kinds and b" a   a " in kinds)


def _has_three_apart(encoded: bytes) -> bool:
    kinds = b" %b " % encoded.translate(_APART)
    return bool(_THREE_APART.search(kinds) or _LONE_MARK.search(encoded))
