"""Patterns: from Python's syntax of regular expressions to an expression, or a clear refusal.

Python's own parser reads them, so that a pattern means here what `re` says it means; it is not
public, but has been there under this name since 3.11, and hypothesis stands on it too.
"""

import re
import re._constants as ops  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from rules.matching.characters import Category, CharacterSet
from rules.matching.expression import (
    EMPTY,
    NEVER,
    Assertion,
    Character,
    Expression,
    alternate,
    concatenate,
    nullable,
    repeat,
    size,
)

MAX_SIZE = 20_000
"""Most characters that a pattern may stand for when its repetitions are written out."""

_WORDS = frozenset({Category.WORD, Category.DIGIT})
_ALL = frozenset(Category)
_CATEGORIES = {
    ops.CATEGORY_WORD: _WORDS,
    ops.CATEGORY_NOT_WORD: _ALL - _WORDS,
    ops.CATEGORY_DIGIT: frozenset({Category.DIGIT}),
    ops.CATEGORY_NOT_DIGIT: _ALL - {Category.DIGIT},
    ops.CATEGORY_SPACE: frozenset({Category.SPACE}),
    ops.CATEGORY_NOT_SPACE: _ALL - {Category.SPACE},
}
_PLACES = {
    ops.AT_BEGINNING: Assertion.START,
    ops.AT_BEGINNING_STRING: Assertion.START,
    ops.AT_END: Assertion.END,
    ops.AT_END_STRING: Assertion.VERY_END,
    ops.AT_BOUNDARY: Assertion.BOUNDARY,
    ops.AT_NON_BOUNDARY: Assertion.NO_BOUNDARY,
}
_REFUSED = {
    ops.ASSERT: "looks ahead or behind",
    ops.ASSERT_NOT: "looks ahead or behind",
    ops.GROUPREF: "refers back to a group",
    ops.GROUPREF_EXISTS: "depends on a group",
    ops.ATOMIC_GROUP: "has an atomic group",
    ops.POSSESSIVE_REPEAT: "has a possessive repetition",
}
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_AMBIGUOUS = re.compile(r"\[\[|\[\^?[^\]][^\]]*?(?:--|&&|~~|\|\|)")
_NEWLINE = ((ord("\n"), ord("\n")),)


class PatternError(ValueError):
    """A pattern cannot be used; the message says why, and goes after the name of its field."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that an automaton can match."""

    source: str
    expression: Expression


def parse(source: str) -> Pattern:
    """Return the pattern that is written so.

    Raises:
        PatternError: It is no regular expression, or is one that no automaton can match.
    """
    try:
        _check_sets(source)
        tree = parser.parse(source)
        flags = re.RegexFlag(tree.state.flags)
        _check_flags(flags)
        expression = _sequence(tree, flags)
    except (re.error, OverflowError, RecursionError) as error:
        msg = f"does not compile: {error}"
        raise PatternError(msg) from error
    if (chars := size(expression)) > MAX_SIZE:
        msg = f"is too large: it stands for {chars} characters, and at most {MAX_SIZE} are taken"
        raise PatternError(msg)
    if nullable(expression):
        msg = "matches the empty string, so it would match every message"
        raise PatternError(msg)
    return Pattern(source, expression)


def _check_sets(source: str) -> None:
    """Refuse what Python warns about, because it will read it otherwise one day.

    Not by turning the warning into an error: filters are the whole process's, and packs are loaded
    in a thread.
    """
    if found := _AMBIGUOUS.search(_ESCAPE.sub("xx", source)):
        msg = (
            f"has {found.group()[-2:]} in a set of characters, which may come to mean a set of "
            "sets; write a backslash before it"
        )
        raise PatternError(msg)


def _check_flags(flags: re.RegexFlag) -> None:
    for flag, name in ((re.MULTILINE, "(?m)"), (re.ASCII, "(?a)"), (re.LOCALE, "(?L)")):
        if flags & flag:
            msg = f"has the flag {name}, which is not taken: texts are Unicode, and one line"
            raise PatternError(msg)


def _sequence(items: Iterable[tuple[Any, Any]], flags: re.RegexFlag) -> Expression:
    return concatenate(*(_node(op, value, flags) for op, value in items))


def _node(op: Any, value: Any, flags: re.RegexFlag) -> Expression:
    if op in _REFUSED:
        msg = f"{_REFUSED[op]}, which takes more than one pass over the text"
        raise PatternError(msg)
    if op is ops.AT:
        return _PLACES[value]
    if op is ops.FAILURE:
        return NEVER
    return _NODES[op](value, flags)


def _branch(value: Any, flags: re.RegexFlag) -> Expression:
    _, options = value
    return alternate(*(_sequence(option, flags) for option in options)) if options else EMPTY


def _group(value: Any, flags: re.RegexFlag) -> Expression:
    _, added, removed, items = value
    inner = (flags | re.RegexFlag(added)) & ~re.RegexFlag(removed)
    _check_flags(inner)
    return _sequence(items, inner)


def _repetition(value: Any, flags: re.RegexFlag) -> Expression:
    least, most, items = value
    bound = None if most is ops.MAXREPEAT else int(most)
    return repeat(_sequence(items, flags), int(least), bound)


def _set(value: Sequence[tuple[Any, Any]], flags: re.RegexFlag) -> Expression:
    ranges: list[tuple[int, int]] = []
    categories: frozenset[Category] = frozenset()
    negated = False
    for op, argument in value:
        if op is ops.NEGATE:
            negated = True
        elif op is ops.CATEGORY:
            categories |= _CATEGORIES[argument]
        else:
            ranges.append(argument if op is ops.RANGE else (argument, argument))
    return _character(CharacterSet(_cased(ranges, flags), categories, negated))


def _literal(value: int, flags: re.RegexFlag, *, negated: bool = False) -> Expression:
    return _character(CharacterSet(_cased([(value, value)], flags), negated=negated))


def _any(_value: None, flags: re.RegexFlag) -> Expression:
    return _character(CharacterSet(() if flags & re.DOTALL else _NEWLINE, negated=True))


@lru_cache(maxsize=1024)
def _character(members: CharacterSet) -> Character:
    """Return the character; one object for all that are alike spares 8 MB for the shipped pack."""
    return Character(members)


_NODES: dict[Any, Callable[[Any, re.RegexFlag], Expression]] = {
    ops.LITERAL: _literal,
    ops.NOT_LITERAL: partial(_literal, negated=True),
    ops.ANY: _any,
    ops.IN: _set,
    ops.BRANCH: _branch,
    ops.SUBPATTERN: _group,
    ops.MAX_REPEAT: _repetition,
    ops.MIN_REPEAT: _repetition,
}


def _cased(ranges: Sequence[tuple[int, int]], flags: re.RegexFlag) -> tuple[tuple[int, int], ...]:
    """Return the ranges, under `(?i)` with what `re` takes for other cases of their characters."""
    if not ranges or not flags & re.IGNORECASE:
        return tuple(ranges)
    members = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    found = map(ord, re.findall(f"[{members}]", _cased_characters(), re.IGNORECASE))
    return (*ranges, *((code, code) for code in found))


@cache
def _cased_characters() -> str:
    """Return all characters that another differs from by case."""
    everything = map(chr, range(sys.maxunicode + 1))
    return "".join(c for c in everything if not c == c.lower() == c.upper() == c.title())
