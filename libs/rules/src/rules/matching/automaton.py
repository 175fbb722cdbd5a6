"""Many expressions matched in one pass, by Hyperscan."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise
from typing import assert_never

import hyperscan

from rules.matching.expression import (
    Alternation,
    Assertion,
    Character,
    Concatenation,
    Expression,
    Repetition,
    Symbol,
)

_MODE = hyperscan.HS_MODE_BLOCK
_FLAGS = hyperscan.HS_FLAG_SINGLEMATCH
KIND = f"{version('hyperscan')} {_MODE} {_FLAGS}"
"""What an automaton depends on besides its expressions."""


class AutomatonError(ValueError):
    """Hyperscan refuses an expression; the message is its own."""


class Automaton:
    """Finds which of its expressions occur in a text of bytes. Not safe for threads."""

    def __init__(self, database: hyperscan.Database) -> None:
        """Scan with a compiled database."""
        self._database = database

    def scan(self, text: bytes) -> list[int]:
        """Return the numbers of the expressions that occur in the text, in no order."""
        found: list[int] = []
        self._database.scan(text, _note, 0, found)  # type: ignore[arg-type]  # its stubs
        return found

    def ends(self, text: bytes) -> dict[int, int]:
        """Return, for each expression that occurs, where one of its occurrences ends."""
        found: dict[int, int] = {}
        self._database.scan(text, _note_end, 0, found)  # type: ignore[arg-type]  # its stubs
        return found

    def dump(self) -> bytes:
        """Return the database as bytes, for `load`."""
        return hyperscan.dumpb(self._database)


def _note(number: int, _start: int, _end: int, _flags: int, found: list[int]) -> None:
    found.append(number)


def _note_end(number: int, _start: int, end: int, _flags: int, found: dict[int, int]) -> None:
    found[number] = end


def compile_expressions(expressions: Sequence[bytes]) -> Automaton:
    """Return the automaton of expressions in Hyperscan's syntax (see `write`), numbered from 0.

    Raises:
        AutomatonError: Hyperscan refuses one of them; which one, it does not say.
    """
    database = hyperscan.Database(mode=_MODE)
    try:
        database.compile(
            expressions=expressions,
            ids=range(len(expressions)),
            flags=[_FLAGS] * len(expressions),
        )
    except hyperscan.HyperscanError as error:
        raise AutomatonError(str(error).rstrip(".")) from error
    return Automaton(database)


def load(content: bytes) -> Automaton:
    """Return the automaton that was dumped.

    Raises:
        AutomatonError: It was dumped by another release of Hyperscan, or for another processor.
    """
    try:
        database = hyperscan.loadb(content, _MODE)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.HyperscanError as error:
        raise AutomatonError(str(error)) from error
    return Automaton(database)


def write(expression: Expression) -> bytes:
    """Return an expression of symbols, without assertions, in Hyperscan's syntax."""
    return _written(expression).encode("ascii")


def _written(expression: Expression) -> str:
    match expression:
        case Symbol(mask):
            return _symbol(mask)
        case Concatenation(items):
            return "".join(map(_written, items))
        case Alternation(options):
            return f"(?:{'|'.join(map(_written, options))})"
        case Repetition(item, least, most):
            return _repeated(item) + _times(least, most)
        case Character() | Assertion():
            msg = f"{expression} is no expression of symbols"
            raise TypeError(msg)
        case _:
            assert_never(expression)


def _repeated(item: Expression) -> str:
    return _written(item) if isinstance(item, Symbol | Alternation) else f"(?:{_written(item)})"


def _times(least: int, most: int | None) -> str:
    short = {(0, 1): "?", (0, None): "*", (1, None): "+"}.get((least, most))
    return short or f"{{{least},{'' if most is None else most}}}"


@lru_cache(maxsize=10_000)
def _symbol(mask: int) -> str:
    inside, outside = _ranges(mask), _ranges(~mask)
    if mask.bit_count() == 1:
        return inside
    return f"[{inside}]" if len(inside) <= len(outside) else f"[^{outside}]"


def _ranges(mask: int) -> str:
    members = [byte for byte in range(256) if mask >> byte & 1]
    if not members:
        return ""
    jumps = [(a, b) for a, b in pairwise(members) if b > a + 1]
    starts, ends = [members[0], *(b for _, b in jumps)], [*(a for a, _ in jumps), members[-1]]
    return "".join(map(_range, starts, ends))


def _range(first: int, last: int) -> str:
    return _byte(first) + ("" if first == last else f"-{_byte(last)}")


def _byte(byte: int) -> str:
    """Return a byte as itself if that is a letter or digit: Hyperscan limits the length."""
    character = chr(byte)
    return character if character.isascii() and character.isalnum() else f"\\x{byte:02x}"
