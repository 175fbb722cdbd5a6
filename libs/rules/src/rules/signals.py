"""Signals: the names under which a pack's conditions are shared."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from rules.conditions import Condition
from rules.pack import PackFile

_MANY = 20
"""Signals that are no more listed where one is not known."""

MAX_DEPTH = 50
"""How deep conditions may be nested: each level is a call within a call."""


def faults(pack: PackFile) -> Iterator[str]:
    """Yield what is wrong with the names of signals: unknown ones, and a circle."""
    for where, condition in pack.conditions():
        for name in named(condition):
            if name not in pack.signals:
                yield f"{where}: there is no signal {name!r}; {_known(pack)}"
    sorter = TopologicalSorter({name: named(found) for name, found in pack.signals.items()})
    try:
        order = [name for name in sorter.static_order() if name in pack.signals]
    except CycleError as error:
        circle = error.args[1]
        yield f"signal {circle[0]!r}: is defined by itself: {' > '.join(reversed(circle))}"
        return
    depths: dict[str, int] = {}
    for name in order:
        depths[name] = _depth(pack.signals[name], depths)
    for where, condition in pack.conditions():
        if _depth(condition, depths) > MAX_DEPTH:
            yield f"{where}: is nested more than {MAX_DEPTH} deep, signals followed"


def _known(pack: PackFile) -> str:
    if len(pack.signals) > _MANY:
        return f"there are {len(pack.signals)} of other names"
    return f"there is: {', '.join(sorted(pack.signals)) or 'none'}"


def _depth(condition: Condition, depths: Mapping[str, int]) -> int:
    """Return how deep a condition is nested, given how deep signals are."""
    if condition.signal is not None:
        return depths.get(condition.signal, 0) + 1
    return 1 + max((_depth(part, depths) for part in condition.parts), default=0)


def named(condition: Condition) -> list[str]:
    """Return the names of the signals that a condition asks for directly."""
    return [part.signal for part in condition.walk() if part.signal is not None]
