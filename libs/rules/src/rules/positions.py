"""The way from a part of the normalised text back to the part of the raw text that it came from."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kit.text import MAX_CHARS, normalise

_TOKEN = re.compile(r"\S+")

_KNOWN = 4096
"""Characters, and units of them, whose forms are remembered; texts repeat theirs."""


class _Piece(NamedTuple):
    """A part of the normalised text, and the part of the raw text that it came from."""

    start: int
    raw_start: int
    raw_end: int
    exact: bool
    """Whether every character came from one, in order."""


class Positions:
    """Where the parts of a normalised text came from.

    Normalised text is the raw tokens (what stands between white space), each normalised alone, with
    single spaces between them. Inside a token the same holds for its units, a character with the
    marks and invisible characters behind it, as long as each alone gives what stands in the
    normalised text; what is left of the token from there on counts as one.
    """

    def __init__(self, raw: str, normalised: str) -> None:
        """Align a raw text with its normal form, in time that grows with the length."""
        self._pieces = list(_pieces(raw[:MAX_CHARS], normalised))
        self._starts = [piece.start for piece in self._pieces]
        self._end = len(normalised)

    def in_raw(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest known part of the raw text that the part of the normalised one is of.

        It starts with the piece that the first character came from and ends with that of the last.
        Its own normal form can differ: whether a letter is read as Latin is decided by its word.
        An empty part stays empty.
        """
        if not self._pieces:
            return 0, 0
        first = self._origin(start)[0] if start < self._end else self._pieces[-1].raw_end
        return (first, self._origin(end - 1)[1]) if start < end else (first, first)

    def _origin(self, position: int) -> tuple[int, int]:
        piece = self._pieces[bisect_right(self._starts, position) - 1]
        if piece.exact:
            at = piece.raw_start + position - piece.start
            return at, at + 1
        return piece.raw_start, piece.raw_end


def _pieces(raw: str, normalised: str) -> Iterator[_Piece]:
    """Yield the pieces that the normalised text consists of, in order and without a gap."""
    done = raw_done = 0
    for token in _TOKEN.finditer(raw):
        form = normalise(token.group())
        if not form:
            continue
        if done:
            yield _Piece(done, raw_done, token.start(), exact=False)
            done += 1
        yield from _token_pieces(
            token.group(), normalised, _Piece(done, *token.span(), exact=False)
        )
        done += len(form)
        raw_done = token.end()
        if done >= len(normalised):  # The rest was cut.
            return


def _token_pieces(token: str, normalised: str, whole: _Piece) -> Iterator[_Piece]:
    """Yield the pieces of one token, the whole of which is given."""
    if token.isascii() and token.isprintable():
        yield whole._replace(exact=True)
        return
    done, raw_done = whole.start, whole.raw_start
    for unit in _units(token):
        form = _form(unit, normalised, done)
        if form is None:
            yield _Piece(done, raw_done, whole.raw_end, exact=False)
            return
        if form:
            yield _Piece(done, raw_done, raw_done + len(unit), exact=False)
        done += len(form)
        raw_done += len(unit)


def _form(unit: str, normalised: str, at: int) -> str | None:
    """Return what a unit became, if that is what stands there in the normalised text."""
    return next((form for form in _forms(unit) if normalised.startswith(form, at)), None)


@lru_cache(maxsize=_KNOWN)
def _forms(unit: str) -> tuple[str, ...]:
    """Return what a unit can become."""
    alone = normalise(unit)
    # In a word with Latin letters, look-alikes of other scripts are read as Latin too.
    in_latin = normalise(f"x{unit}")[1:]
    # Some characters bring a space, which is cut where they stand alone.
    return alone, in_latin, f" {alone}", f" {in_latin}"


def _units(token: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(token)):
        if not _continues(token[at]):
            yield token[start:at]
            start = at
    yield token[start:]


@lru_cache(maxsize=_KNOWN)
def _continues(character: str) -> bool:
    """Return whether a character changes or follows the one before it, and is none of its own."""
    if character.isascii() and character.isprintable():
        return False
    if unicodedata.category(character) in {"Mn", "Mc", "Me"} or _is_later_jamo(character):
        return True
    form = normalise(character)
    return not form or unicodedata.combining(form[0]) > 0


def _is_later_jamo(character: str) -> bool:
    """Return whether a character is a vowel or an end of a Korean syllable written in parts."""
    return "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff"
