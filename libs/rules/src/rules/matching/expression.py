"""Regular expressions as trees: what patterns are parsed into, and automata are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from rules.matching.characters import CharacterSet


@dataclass(frozen=True, slots=True)
class Character:
    """One character out of a set, as it is written in a pattern."""

    members: CharacterSet


@dataclass(frozen=True, slots=True)
class Symbol:
    """One byte out of a set, after the alphabet: bit n of `mask` is byte n."""

    mask: int


class Assertion(Enum):
    """A place between two characters; it takes up none itself."""

    START = "^"
    END = "$"
    VERY_END = r"\Z"
    BOUNDARY = r"\b"
    NO_BOUNDARY = r"\B"


@dataclass(frozen=True, slots=True)
class Concatenation:
    """One after the other; empty for the empty string."""

    items: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class Alternation:
    """Any one of them; empty for what never matches."""

    options: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class Repetition:
    """`item` at least `least` and at most `most` times; without bound if `most` is None."""

    item: "Expression"
    least: int
    most: int | None


Expression: TypeAlias = Character | Symbol | Assertion | Concatenation | Alternation | Repetition

EMPTY = Concatenation()
NEVER = Alternation()


def concatenate(*items: Expression) -> Expression:
    """Return the items one after the other, without needless nesting."""
    flat: list[Expression] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Concatenation) else (item,))
    if NEVER in flat:
        return NEVER
    return flat[0] if len(flat) == 1 else Concatenation(tuple(flat))


def alternate(*options: Expression) -> Expression:
    """Return any of the options, without needless nesting and without those that never match."""
    flat: dict[Expression, None] = {}
    for option in options:
        parts = option.options if isinstance(option, Alternation) else (option,)
        flat.update(dict.fromkeys(parts))
    return next(iter(flat)) if len(flat) == 1 else Alternation(tuple(flat))


def either(one: Expression, other: Expression) -> Expression:
    """Return one or the other, what they begin and end with alike being written once."""
    if NEVER in (one, other) or one == other:
        return one if other == NEVER else other
    left, right = _items(one), _items(other)
    head = _alike(left, right)
    left, right = left[head:], right[head:]
    tail = _alike(left[::-1], right[::-1])
    ends = len(left) - tail, len(right) - tail
    middle = _choice(concatenate(*left[: ends[0]]), concatenate(*right[: ends[1]]))
    return concatenate(*_items(one)[:head], middle, *left[ends[0] :])


def _items(expression: Expression) -> tuple[Expression, ...]:
    return expression.items if isinstance(expression, Concatenation) else (expression,)


def _alike(left: tuple[Expression, ...], right: tuple[Expression, ...]) -> int:
    """Return how many items two sequences begin with alike."""
    return next(
        (n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
        min(len(left), len(right)),
    )


def _choice(one: Expression, other: Expression) -> Expression:
    if EMPTY in (one, other):
        return repeat(other if one == EMPTY else one, 0, 1)
    return alternate(one, other)


def repeat(item: Expression, least: int, most: int | None) -> Expression:
    """Return the item repeated, in the simplest form."""
    if most == 0 or item in (EMPTY, NEVER):
        return NEVER if item == NEVER and least else EMPTY
    return item if (least, most) == (1, 1) else Repetition(item, least, most)


def size(expression: Expression) -> int:
    """Return the number of characters that the expression stands for when it is written out."""
    match expression:
        case Concatenation(parts) | Alternation(parts):
            return sum(map(size, parts))
        case Repetition(item, least, most):
            return size(item) * max(least + 1 if most is None else most, 1)
        case Assertion():
            return 0
        case _:
            return 1


def nullable(expression: Expression) -> bool:
    """Return whether the expression matches the empty string, at some place at least."""
    match expression:
        case Concatenation(items):
            return all(map(nullable, items))
        case Alternation(options):
            return any(map(nullable, options))
        case Repetition(item, least, _):
            return least == 0 or nullable(item)
        case Assertion():
            return True
        case _:
            return False


def shortest(expression: Expression) -> int:
    """Return the length of the shortest text that the expression matches, in characters."""
    match expression:
        case Concatenation(parts):
            return sum(map(shortest, parts))
        case Alternation(options):
            return min(map(shortest, options), default=0)
        case Repetition(item, least, _):
            return least * shortest(item)
        case Assertion():
            return 0
        case _:
            return 1


def has_assertion(expression: Expression) -> bool:
    """Return whether there is an assertion anywhere in the expression."""
    match expression:
        case Concatenation(parts) | Alternation(parts):
            return any(map(has_assertion, parts))
        case Repetition(item, _, _):
            return has_assertion(item)
        case _:
            return isinstance(expression, Assertion)


def characters(expression: Expression) -> Iterator[CharacterSet]:
    """Yield the sets of characters that the expression names."""
    match expression:
        case Character(members):
            yield members
        case Concatenation(parts) | Alternation(parts):
            for part in parts:
                yield from characters(part)
        case Repetition(item, _, _):
            yield from characters(item)
        case _:
            pass


def asserts(expression: Expression, at: Literal[0, -1]) -> bool:
    """Return whether the expression begins (0) or ends (-1) with an assertion in all cases."""
    match expression:
        case Assertion():
            return True
        case Concatenation(items):
            return bool(items) and asserts(items[at], at)
        case Alternation(options):
            return all(asserts(option, at) for option in options)
        case _:
            return False
