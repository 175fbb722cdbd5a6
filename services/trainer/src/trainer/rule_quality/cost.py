"""What rules cost: CPU time of scanning, measured on a sample of the corpus."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rules.engine import Engine
from rules.matching.cache import Cache
from rules.pack import Pack, Rule
from rules.views import Views

SAMPLE = 2_000
"""Most messages that are timed; of a larger corpus an even choice."""
ROUNDS = 3
"""The quickest round counts: what disturbs a measurement only ever makes it longer."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Costs:
    """Mean CPU time of a message, in microseconds."""

    rules: dict[str, float]
    """By id: of an engine that has only that rule, with its views already made; may be empty."""
    engine: float
    """Of the engine with all rules, with its views already made."""
    engine_with_views: float
    """Of making the views that the rules ask for, and scanning them for all rules."""


def measure_costs(engine: Engine, texts: Sequence[str], each: Cache | None) -> Costs:
    """Return what `engine` costs on raw `texts`, and if asked each of its rules that are not off.

    To time each rule, an engine with that rule only is compiled, or taken from the cache `each`,
    which may be one that keeps nothing; None times no rule. Every engine with one rule has the
    same cost of being called at all, so the costs of the rules add up to more than the whole.
    """
    chosen = sample(texts)
    views = [Views(text) for text in chosen]
    for one in views:
        engine.scan(one)  # every view that a rule asks for is made now, and kept
    rules = {
        rule.id: _mean_us(_only(engine.pack, rule, each).scan, views)
        for rule in engine.pack.rules
        if each is not None and rule.state != "off"
    }
    return Costs(
        rules=rules,
        engine=_mean_us(engine.scan, views),
        engine_with_views=_mean_us(lambda text: engine.scan(Views(text)), chosen),
    )


def sample(texts: Sequence[str]) -> Sequence[str]:
    """Return an even choice of the messages, `SAMPLE` of them at most."""
    return texts[:: -(-len(texts) // SAMPLE)]


def _only(pack: Pack, rule: Rule, cache: Cache) -> Engine:
    """Return an engine that has only one rule of a pack, with the signals that it uses."""
    used: set[str] = set()
    asked = [rule.condition]
    while asked:
        named = {part.signal for part in asked.pop().walk() if part.signal} - used
        used |= named
        asked.extend(pack.signals[name] for name in named)
    signals = {name: pack.signals[name] for name in pack.signals if name in used}
    return Engine(pack.model_copy(update={"rules": (rule,), "signals": signals}), cache)


def _mean_us(call: Callable[[_T], object], things: Sequence[_T]) -> float:
    """Return the mean time of a call, in the quickest of the rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        for thing in things:
            call(thing)
        spent.append(time.thread_time_ns() - start)
    return min(spent) / len(things) / 1000
