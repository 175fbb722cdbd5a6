"""Conditions made into functions that can be asked of a message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from operator import attrgetter

from rules.conditions import Bounds, Condition, Feature
from rules.matching.expression import shortest
from rules.matching.syntax import Pattern, parse
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
    one_of: frozenset[int] | None = None
    """The patterns of which one must occur, if that is all that it asks for."""


@dataclass(slots=True)
class Patterns:
    """The patterns of a pack, each text and view once, by number."""

    numbers: dict[tuple[str, View], int] = field(default_factory=dict)
    by_view: dict[View, dict[int, Pattern]] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    """Where the pattern was first met."""
    commonness: dict[int, float] = field(default_factory=dict)
    """How often it may occur, as a guess: the shorter, the more often."""

    def number(self, source: str, view: View, place: str) -> int:
        """Return the number of the pattern that is written so, a new one if it was not met."""
        number = self.numbers.get((source, view))
        if number is None:
            number = self.numbers[source, view] = len(self.numbers)
            pattern = parse(source)
            self.by_view.setdefault(view, {})[number] = pattern
            self.places[number] = place
            self.commonness[number] = 2.0 ** -shortest(pattern.expression)
        return number


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
                if inner.one_of is not None
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
            return _occurs(frozenset({number}))
        if (asked := condition.bounds()) is not None:
            return _measured(*asked)
        parts = [self.build(part, view, place) for part in condition.parts]
        if condition.not_ is not None:
            return _negated(parts[0])
        return self._every(parts) if condition.all is not None else _some(parts)

    def _every(self, parts: list[Predicate]) -> Predicate:
        # What seldom holds is asked first, and what takes more than a look at the patterns last.
        ordered = sorted(parts, key=self._commonness)
        needed = [part.triggers for part in ordered if part.triggers is not None]
        tests = [part.test for part in ordered if part.one_of is None]

        def every(facts: Facts) -> bool:
            found = facts.found
            for triggers in needed:
                if triggers.isdisjoint(found):
                    return False
            for test in tests:  # noqa: SIM110 - `all` takes twice the time
                if not test(facts):
                    return False
            return True

        # Any one of them will do; the one that occurs least often is asked least often.
        return Predicate(every, needed[0] if needed else None, _patterns(parts))

    def _commonness(self, part: Predicate) -> float:
        """Return how often a condition may hold, as a guess; without a pattern it mostly does."""
        if part.triggers is None:
            return inf
        return sum(self.patterns.commonness[number] for number in part.triggers)


def _occurs(numbers: frozenset[int]) -> Predicate:
    return Predicate(lambda facts: not numbers.isdisjoint(facts.found), numbers, numbers, numbers)


def _measured(feature: Feature, bounds: Bounds) -> Predicate:
    measure = attrgetter(f"views.features.{feature}")
    least = -inf if bounds.min is None else bounds.min
    most = inf if bounds.max is None else bounds.max
    return Predicate(lambda facts: least <= measure(facts) <= most, None, frozenset())


def _negated(part: Predicate) -> Predicate:
    return Predicate(lambda facts: not part.test(facts), None, frozenset())


def _some(parts: list[Predicate]) -> Predicate:
    numbers = frozenset().union(*(part.one_of for part in parts if part.one_of is not None))
    tests = [part.test for part in parts if part.one_of is None]
    if not tests:
        return _occurs(numbers)
    triggers = [part.triggers for part in parts if part.triggers is not None]
    return Predicate(
        lambda facts: not numbers.isdisjoint(facts.found) or any(test(facts) for test in tests),
        frozenset().union(*triggers) if len(triggers) == len(parts) else None,
        _patterns(parts),
    )


def _patterns(parts: list[Predicate]) -> frozenset[int]:
    return frozenset().union(*(part.patterns for part in parts))


def _remembered(name: str, test: Test) -> Test:
    def asked(facts: Facts) -> bool:
        known = facts.signals.get(name)
        if known is None:
            known = facts.signals[name] = test(facts)
        return known

    return asked
