"""Letters that were drawn apart, by spaces, signs or emoji, and how they are joined again."""

import re
from collections.abc import Iterator
from typing import Final

from rules.disguises.edits import Edit
from rules.disguises.emoji import KEYCAP, PICTOGRAPHS
from rules.disguises.words import are_two_words

WIDE: Final = "\u2003"
"""A gap that was a wide one in the raw text. Normalised text has no white space but the space."""

_EMOJI_RUN = re.compile(f"[ {WIDE}]?(?:[{KEYCAP}{PICTOGRAPHS}]+[ {WIDE}]?)+")

# What can stand for a letter among letters that are drawn apart, and what cannot touch one.
_FIRST = "(?:[^\\W_]|[@$])"
_LETTER = "(?:[^\\W_]|[@$+\u20ac]|[!|](?!.[!|]))"
_BEFORE = "(?<![^\\W_])(?<!['\u2019@$+\u20ac])"
_AFTER = "(?![^\\W_]|['\u2019@$+\u20ac])"

SPACED: Final = re.compile(f"(?<!_){_BEFORE}{_FIRST}(?:[ {WIDE}]{_LETTER}(?!_){_AFTER}){{2,}}")
"""Pattern of three or more letters with spaces between them."""

RARE_SIGNS: Final = "\u2010-\u2012\u2015\u2027\u2212\u2219\u22c5\u30fb"
"""Ranges of dashes and dots that `rules.disguises.suspicion` does not know for such."""

_SIGN = f"[-.*_~^\xb7\u2013\u2014\u2022{RARE_SIGNS}]"
_NEXT = re.compile(f"(?:( {_SIGN} ){_FIRST}|({_SIGN}|\\|){_LETTER}){_AFTER}")
_SEPARATED = re.compile(f"{_BEFORE}{_FIRST}(?:{_NEXT.pattern}){{2,}}")

_NOISE_SIGN = re.compile("[*_~^`\xb7\u2022]")
_NOISE = re.compile(
    f"(?<=[^\\W\\d_]){_NOISE_SIGN.pattern}+(?=[^\\W_])"
    f"|(?<=[0-9]){_NOISE_SIGN.pattern}+(?=[^\\W\\d_])"
)
_ADDRESS = re.compile(r"://|www\.|[@/]")
_TOKEN = re.compile(r"\S+")

# "i c u", "r u 2", "x x": letters that stand for words, or for kisses.
_TEXT_SPEAK: Final = frozenset("aiurcbykx")
_FEWEST_SPACED: Final = 4


def without_emoji(text: str) -> Iterator[Edit]:
    """Remove emoji; one that touches two words parts them."""
    if text.isascii():
        return
    for found in _EMOJI_RUN.finditer(text):
        yield (*found.span(), _instead_of_emoji(text, found))


def _instead_of_emoji(text: str, found: re.Match[str]) -> str:
    run, start, end = found.group(), *found.span()
    if start == 0 or end == len(text):
        return ""
    if WIDE in run or " " in run:
        return WIDE if WIDE in run else " "
    parted = text[start - 1] in ".!?,;:)" and text[end].isalnum()
    return " " if parted or are_two_words(text, start, end) else ""


def without_signs(text: str) -> Iterator[Edit]:
    """Join letters with signs between them: "f.r.e.e"."""
    for found in _SEPARATED.finditer(text):
        run = found.group()
        letters = [character for character in run if character.isalpha()]
        others = sum(character.isdigit() or character in "@$!|+" for character in run)
        if len(set(letters)) > 1 and others <= 2 * len(letters):
            for following in _NEXT.finditer(text, found.start() + 1, found.end()):
                yield (*following.span(following.lastindex or 0), "")


def without_spaces(text: str) -> Iterator[Edit]:
    """Join letters with spaces between them: "f r e e"; wide gaps among narrow ones part words."""
    for found in SPACED.finditer(text):
        run = found.group().rstrip(f"!| {WIDE}")
        gaps = run[1::2]
        if _is_spelt_out(run[::2]):
            parting = WIDE if " " in gaps else ""
            for number, gap in enumerate(gaps):
                if gap != parting:
                    at = found.start() + 2 * number + 1
                    yield (at, at + 1, "")


def _is_spelt_out(letters: str) -> bool:
    """Return whether letters between spaces spell words, and are no text speak and no kisses."""
    alphabetic = [letter for letter in letters if letter.isalpha()]
    unusual = sum(letter not in _TEXT_SPEAK for letter in alphabetic)
    others = len(letters) - len(alphabetic)
    if len(letters) < _FEWEST_SPACED:
        return not others and unusual > 1 and len(set(letters)) > 1
    return (
        len(set(letters)) >= len("abc")
        and len(alphabetic) > 1
        and others <= 2 * len(alphabetic)
        and unusual > 0
    )


def without_noise(text: str) -> Iterator[Edit]:
    """Remove signs inside words: "fr*ee"; "_" between two words parts them."""
    if not (_NOISE_SIGN.search(text) and _NOISE.search(text)):
        return
    for token in _TOKEN.finditer(text):
        if _ADDRESS.search(token.group()):
            continue
        for found in _NOISE.finditer(text, *token.span()):
            if not are_two_words(text, *found.span()):
                yield (*found.span(), "")
            elif found.group() == "_":
                yield (*found.span(), " ")
