"""What is measured: hamgate, Python's `re` and google-re2, asked for every pattern that hits."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import re2  # type: ignore[import-untyped]  # it has no types

from rules.engine import Engine, Findings
from rules.views import Views

SET_MEMORY = 1 << 30
"""Bytes that RE2's set may take for its automaton; its default of 8 MB is too small for many."""


@dataclass(frozen=True)
class Contender:
    """A way to find which patterns of a set are found in a text."""

    name: str
    prepare: Callable[[str], Any]
    """Makes of a raw text what is scanned; its time is not counted."""
    scan: Callable[[Any], Any]
    """Returns what was found."""
    numbers: Callable[[Any], set[int]] | None
    """Makes of what `scan` returned the numbers of the patterns; None if it has none."""

    def hits(self, texts: Sequence[str]) -> list[set[int]] | None:
        """Return the numbers of the patterns that are found in each text."""
        numbers = self.numbers
        return numbers and [numbers(self.scan(self.prepare(text))) for text in texts]


def _loop(compiled: Sequence[Any]) -> Callable[[str], list[int]]:
    searches = [pattern.search for pattern in compiled]

    def scan(text: str) -> list[int]:
        return [number for number, search in enumerate(searches) if search(text) is not None]

    return scan


def normalised(text: str) -> str:
    """Return the normalised form, which is what the others are given."""
    return Views(text).normalised


def python_re(patterns: Sequence[str]) -> Contender:
    """Return `re`, asked for one pattern after the other."""
    re.purge()
    return Contender("re, one by one", normalised, _loop([re.compile(p) for p in patterns]), set)


def re2_loop(patterns: Sequence[str]) -> Contender:
    """Return google-re2, asked for one pattern after the other."""
    re2.purge()
    compiled = [re2.compile(pattern) for pattern in patterns]
    return Contender("re2, one by one", normalised, _loop(compiled), set)


def re2_set(patterns: Sequence[str]) -> Contender:
    """Return google-re2's own way of asking for many at once."""
    options = re2.Options()
    options.max_mem = SET_MEMORY
    together = re2.Set.SearchSet(options)
    for pattern in patterns:
        together.Add(pattern)
    together.Compile()
    return Contender("re2.Set", normalised, together.Match, lambda found: set(found or ()))


def ready_views(text: str) -> Views:
    """Return a message whose forms are all made already."""
    views = Views(text)
    _ = views.normalised, views.squeezed, views.features
    return views


def hamgate(engine: Engine, *, numbered: bool) -> tuple[Contender, Contender]:
    """Return our engine: the scan alone, and with making the forms of the message.

    Args:
        engine: Of any pack.
        numbered: Whether its rules are one generated pattern each.
    """

    def numbers(findings: Findings) -> set[int]:
        return {int(rule.id.removeprefix("r-")) for rule in findings.hits}

    def whole(text: str) -> Findings:
        return engine.scan(Views(text))

    hits = numbers if numbered else None
    return (
        Contender("hamgate", ready_views, engine.scan, hits),
        Contender("hamgate with normalising", str, whole, hits),
    )


def seconds_a_text(contender: Contender, texts: Sequence[str]) -> float:
    """Return the mean processor time of one scan, in seconds."""
    scan = contender.scan
    prepared = [contender.prepare(text) for text in texts]
    start = time.process_time()
    for text in prepared:
        scan(text)
    return (time.process_time() - start) / len(texts)
