r"""Assertions taken out of an expression: `\b`, `\B`, `^` and `$` as the characters around them.

The automaton knows `\b` of ASCII only. But whether a place is a boundary depends on nothing but the
characters before and after it, so an assertion can be put into them: in `ham\b.{0,9}` what follows
is the end of the match, or begins with no word character. Each part of an expression becomes a few
`Variant`s: a language without assertions, and what must stand before and after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from rules.matching.alphabet import EDGE, LAST_NEWLINE
from rules.matching.expression import (
    EMPTY,
    NEVER,
    Alternation,
    Assertion,
    Concatenation,
    Expression,
    Repetition,
    Symbol,
    alternate,
    concatenate,
    either,
    has_assertion,
    nullable,
    repeat,
    size,
)

_ANY = (1 << 256) - 1
_EDGE = 1 << EDGE
_LAST_NEWLINE = 1 << LAST_NEWLINE

MAX_UNROLLED = 8
"""Most times that something with an assertion in it may be repeated: each is written out."""

MAX_WORK = 1_000_000
"""Most characters that may be written, on all the way, to take the assertions out of a pattern."""


class BoundaryError(ValueError):
    """An assertion stands where it cannot be taken out."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What a part of an expression can match, given its surroundings."""

    before: int
    """The bytes of which one must stand before it."""
    core: Expression
    """What it matches, without assertions."""
    after: int
    """The bytes of which one must stand after it."""


Variants = tuple[Variant, ...]


def resolve(expression: Expression, words: int) -> Expression:
    r"""Return an expression without assertions that is found in the same texts.

    A match of it may begin one byte earlier and end one byte later than one of `expression`.

    Args:
        expression: Of symbols; the text is taken to stand between two `EDGE`s.
        words: The bytes of word characters; bit n is byte n.

    Raises:
        BoundaryError: An assertion stands in something that repeats too often, or the expression
            grows too large.
    """
    found = (
        concatenate(_context(variant.before), variant.core, _context(variant.after))
        for variant in _Resolver(words).variants(expression)
    )
    nothing: Expression = NEVER
    return reduce(either, found, nothing)


def _context(mask: int) -> Expression:
    return EMPTY if mask == _ANY else Symbol(mask)


class _Resolver:
    def __init__(self, words: int) -> None:
        others = _ANY & ~words
        self._work = 0
        self._places: dict[Assertion, Variants] = {
            Assertion.START: (Variant(_EDGE, EMPTY, _ANY),),
            Assertion.END: (Variant(_ANY, EMPTY, _EDGE | _LAST_NEWLINE),),
            Assertion.VERY_END: (Variant(_ANY, EMPTY, _EDGE),),
            Assertion.BOUNDARY: (Variant(words, EMPTY, others), Variant(others, EMPTY, words)),
            Assertion.NO_BOUNDARY: (Variant(words, EMPTY, words), Variant(others, EMPTY, others)),
        }

    def variants(self, expression: Expression) -> Variants:
        if not has_assertion(expression):
            return (Variant(_ANY, expression, _ANY),)
        match expression:
            case Assertion():
                return self._places[expression]
            case Concatenation(items):
                start: Variants = (Variant(_ANY, EMPTY, _ANY),)
                return reduce(self._join, map(self.variants, items), start)
            case Alternation(options):
                return self._merge(v for option in options for v in self.variants(option))
            case Repetition(item, least, most):
                return self._repeated(self.variants(item), least, most)
            case _:
                msg = f"{expression} has no assertion"
                raise TypeError(msg)

    def _repeated(self, item: Variants, least: int, most: int | None) -> Variants:
        if all(v.before == v.after == _ANY for v in item):
            core = alternate(*(v.core for v in item))
            return (Variant(_ANY, repeat(core, least, most), _ANY),)
        if most is None or most > MAX_UNROLLED:
            msg = (
                r"has ^, $, \b or \B in something that repeats "
                f"{'without bound' if most is None else f'up to {most} times'}; at most "
                f"{MAX_UNROLLED} times is taken"
            )
            raise BoundaryError(msg)
        nothing: Variants = (Variant(_ANY, EMPTY, _ANY),)
        found: Variants = nothing
        for number in range(most):
            once = self._join(item, found)
            found = once if most - number <= least else self._merge((*nothing, *once))
        return found

    def _join(self, left: Variants, right: Variants) -> Variants:
        """Return the variants of one expression after another."""
        return self._merge(joined for a in left for b in right for joined in _pair(a, b))

    def _merge(self, variants: Iterable[Variant]) -> Variants:
        """Return one variant for each surroundings, without those that never match."""
        found: dict[tuple[int, int], Expression] = {}
        for v in variants:
            if v.before and v.after and v.core != NEVER:
                place = v.before, v.after
                found[place] = core = either(found.get(place, NEVER), v.core)
                self._work += size(core)
                if self._work > MAX_WORK:
                    msg = "is too large with its word boundaries written out"
                    raise BoundaryError(msg)
        return tuple(Variant(before, core, after) for (before, after), core in found.items())


def _pair(a: Variant, b: Variant) -> Variants:
    """Return the variants of one variant after another, by which of the two are empty."""
    if a.after == b.before == _ANY:
        return (Variant(a.before, concatenate(a.core, b.core), b.after),)
    found = [_both(a, b)]
    if nullable(a.core):
        core = _first(b.core, a.after)
        found.append(Variant(a.before & b.before, core, b.after))
    if nullable(b.core):
        core = _last(a.core, b.before)
        found.append(Variant(a.before, core, a.after & b.after))
    if nullable(a.core) and nullable(b.core):
        found.append(Variant(a.before & b.before, EMPTY, a.after & b.after))
    return tuple(found)


def _both(a: Variant, b: Variant) -> Variant:
    """Return the variant in which neither side is empty."""
    return Variant(a.before, concatenate(_last(a.core, b.before), _first(b.core, a.after)), b.after)


def _first(core: Expression, mask: int) -> Expression:
    """Return what of `core` is not empty and begins with a byte of `mask`."""
    if mask == _ANY and not nullable(core):
        return core
    match core:
        case Symbol(own):
            return Symbol(own & mask) if own & mask else NEVER
        case Concatenation((head, *rest)):
            tail = concatenate(*rest)
            skipped = _first(tail, mask) if nullable(head) else NEVER
            return either(concatenate(_first(head, mask), tail), skipped)
        case Alternation(options):
            return alternate(*(_first(option, mask) for option in options))
        case Repetition(item, least, most):
            return concatenate(_first(item, mask), _fewer(item, least, most))
        case _:
            return NEVER


def _last(core: Expression, mask: int) -> Expression:
    """Return what of `core` is not empty and ends with a byte of `mask`."""
    if mask == _ANY and not nullable(core):
        return core
    match core:
        case Symbol(own):
            return Symbol(own & mask) if own & mask else NEVER
        case Concatenation((*rest, tail)):
            head = concatenate(*rest)
            skipped = _last(head, mask) if nullable(tail) else NEVER
            return either(concatenate(head, _last(tail, mask)), skipped)
        case Alternation(options):
            return alternate(*(_last(option, mask) for option in options))
        case Repetition(item, least, most):
            return concatenate(_fewer(item, least, most), _last(item, mask))
        case _:
            return NEVER


def _fewer(item: Expression, least: int, most: int | None) -> Expression:
    return repeat(item, max(least - 1, 0), None if most is None else most - 1)
