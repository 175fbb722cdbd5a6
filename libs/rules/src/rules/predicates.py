"""Conditions made into functions that can be asked of a message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rules.conditions import Bounds, Condition, Feature
from rules.matching.expression import shortest
from rules.matching.syntax import Pattern
from rules.views import View, Views


@dataclass(slots=True)
class Facts:
    """What is known of one message."""

    found: set[int]
    """The numbers of the patterns that occur in it."""
    views: Views
    signals: dict[str, bool] = field(default_factory=dict)
    """Signals that were asked for already."""


Test = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition that can be asked."""

    test: Test
    triggers: frozenset[int] | None
    """Patterns of which one must occur for it to hold; None if it can hold without any."""
    patterns: frozenset[int]
    """All patterns that speak for it, that is, those that are under no `not`."""
    occurs: int | None = None
    """The pattern whose occurrence is all that it asks for, if it is of this kind."""


@dataclass(slots=True)
class Patterns:
    """The patterns of a pack, each text and view once, by number."""

    numbers: dict[tuple[str, View], int] = field(default_factory=dict)
    by_view: dict[View, dict[int, Pattern]] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    """Where the pattern was first met."""
    commonness: dict[int, float] = field(default_factory=dict)
    """How often it may occur, as a guess: the shorter, the more often."""

    def number(self, pattern: Pattern, view: View, place: str) -> int:
        """Return the pattern's number, a new one if it was not met before."""
        number = self.numbers.setdefault((pattern.source, view), len(self.numbers))
        self.by_view.setdefault(view, {})[number] = pattern
        self.places.setdefault(number, place)
        self.commonness[number] = 2.0 ** -shortest(pattern.expression)
        return number

    def view_of(self, number: int) -> View:
        """Return the form of the message in which a pattern is looked for."""
        return next(view for view, patterns in self.by_view.items() if number in patterns)


class Builder:
    """Makes predicates of the conditions of one pack."""

    def __init__(self, signals: Mapping[str, Condition], view: View) -> None:
        """Take the pack's signals, which must be without circles, and the view of its patterns."""
        self.patterns = Patterns()
        self._view = view
        self._conditions = signals
        self._signals: dict[str, Predicate] = {}

    def signal(self, name: str) -> Predicate:
        """Return the predicate of a signal, which is asked once a message at most."""
        known = self._signals.get(name)
        if known is None:
            inner = self.build(self._conditions[name], self._view, f"signal {name!r}")
            known = (
                inner
                if inner.occurs is not None
                else replace(inner, test=_remembered(name, inner.test))
            )
            self._signals[name] = known
        return known

    def build(self, condition: Condition, view: View, place: str) -> Predicate:
        """Return the predicate of a condition whose patterns see `view` unless they say otherwise.

        `place` says where the condition is written.
        """
        if condition.signal is not None:
            return self.signal(condition.signal)
        if condition.pattern is not None:
            number = self.patterns.number(condition.pattern, condition.on or view, place)
            return _occurs(number)
        if (asked := condition.bounds()) is not None:
            return _measured(*asked)
        parts = [self.build(part, view, place) for part in condition.parts]
        if condition.not_ is not None:
            return _negated(parts[0])
        return self._every(parts) if condition.all is not None else _some(parts)

    def _every(self, parts: list[Predicate]) -> Predicate:
        numbers, tests = _sorted_out(parts)
        needed = [part.triggers for part in parts if part.triggers is not None]
        return Predicate(
            lambda facts: numbers <= facts.found and all(test(facts) for test in tests),
            # Any one of them will do; the one that occurs least often is asked least often.
            min(needed, key=self._commonness, default=None),
            _patterns(parts),
        )

    def _commonness(self, numbers: frozenset[int]) -> float:
        return sum(self.patterns.commonness[number] for number in numbers)


def _occurs(number: int) -> Predicate:
    only = frozenset({number})
    return Predicate(lambda facts: number in facts.found, only, only, number)


def _measured(feature: Feature, bounds: Bounds) -> Predicate:
    def test(facts: Facts) -> bool:
        return bounds.hold(getattr(facts.views.features, feature))

    return Predicate(test, None, frozenset())


def _negated(part: Predicate) -> Predicate:
    return Predicate(lambda facts: not part.test(facts), None, frozenset())


def _some(parts: list[Predicate]) -> Predicate:
    numbers, tests = _sorted_out(parts)
    triggers = [part.triggers for part in parts if part.triggers is not None]
    return Predicate(
        lambda facts: not numbers.isdisjoint(facts.found) or any(test(facts) for test in tests),
        frozenset().union(*triggers) if len(triggers) == len(parts) else None,
        _patterns(parts),
    )


def _sorted_out(parts: list[Predicate]) -> tuple[frozenset[int], list[Test]]:
    """Return the patterns among the parts, which sets answer at once, and the tests of the rest."""
    numbers = frozenset(part.occurs for part in parts if part.occurs is not None)
    return numbers, [part.test for part in parts if part.occurs is None]


def _patterns(parts: list[Predicate]) -> frozenset[int]:
    return frozenset().union(*(part.patterns for part in parts))


def _remembered(name: str, test: Test) -> Test:
    def asked(facts: Facts) -> bool:
        known = facts.signals.get(name)
        if known is None:
            known = facts.signals[name] = test(facts)
        return known

    return asked
