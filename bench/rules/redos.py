"""Patterns and texts on which a backtracking engine hangs, and the longest hostile texts."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import re2  # type: ignore[import-untyped]  # it has no types

from bench.rules.contenders import ready_views
from bench.rules.rule_sets import RuleSet, write_pack
from kit.text import MAX_CHARS
from rules.engine import Engine
from rules.loading import load_engine
from rules.views import Views

LENGTHS = (16, 24, 32, 48, 1_024, MAX_CHARS)
LIMIT = 5
"""Seconds that `re` gets for one text, in a process of its own, before it is killed."""
HOSTILE_LIMIT = 60
"""The same for one of the longest texts and all patterns of the shipped pack."""
ROUNDS = 5

_CHILD = """
import json, re, sys, time
patterns, text = json.load(sys.stdin)
compiled = [re.compile(pattern) for pattern in patterns]
start = time.perf_counter()
for pattern in compiled:
    pattern.search(text)
print(time.perf_counter() - start)
"""


@dataclass(frozen=True)
class Case:
    """A pattern, a text in which it is found, and a text of any length that nearly matches."""

    name: str
    pattern: str
    found_in: str
    hostile: Callable[[int], str]


CASES = (
    Case("nested repetition", r"(a+)+$", "aaa", lambda n: "a" * (n - 1) + "!"),
    Case("overlapping alternatives", r"(a|aa)+$", "aaa", lambda n: "a" * (n - 1) + "!"),
    Case("optional separator", r"(\w+\s?)*x", "one x", lambda n: "a" * n),
    Case("OWASP, a Java class name", r"^(([a-z])+.)+[A-Z]([a-z])+$", "a.Bc", lambda n: "a" * n),
    Case(
        "OWASP, an e-mail address",
        r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}[a-z]{2,3}$",
        "a.b@c.de",
        lambda n: "a" * (n - 1) + "!",
    ),
    Case("spaces at the end (quadratic)", r"\s+$", "a  ", lambda n: " " * (n - 1) + "x"),
    Case("two gaps (cubic)", r"=.*=.*=.*x$", "a=b=c=x", lambda n: "=" * n),
)


def seconds_of_re(patterns: list[str], text: str, limit: float) -> float | None:
    """Return how long `re` searches for the patterns, in seconds; None if it was killed."""
    try:
        done = subprocess.run(  # noqa: S603 - our own few lines
            [sys.executable, "-c", _CHILD],
            input=json.dumps([patterns, text]),
            capture_output=True,
            check=True,
            text=True,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return None
    return float(done.stdout)


def rounds_of(scan: Callable[[Any], Any], text: Any) -> list[float]:
    """Return the times of several scans of one text, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        scan(text)
        times.append(time.perf_counter() - start)
    return times


def classic(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield a result for each case, length and engine; packs are written to `folder`."""
    for case in CASES:
        path = folder / "case.yaml"
        write_pack(path, RuleSet(case.name, ((case.pattern, case.found_in),)), "raw")
        scan = load_engine(path).scan
        linear = re2.compile(case.pattern)
        killed = False
        for length in LENGTHS:
            text = case.hostile(length)
            about = {"kind": "redos", "case": case.name, "pattern": case.pattern, "length": length}
            yield about | _timed("hamgate", rounds_of(scan, ready_views(text)))
            yield about | _timed("re2", rounds_of(linear.search, text))
            if not killed:
                seconds = seconds_of_re([case.pattern], text, LIMIT)
                killed = seconds is None
                yield about | (
                    {"engine": "re", "killed_after": LIMIT}
                    if seconds is None
                    else _timed("re", [seconds])
                )


def longest(engine: Engine, patterns: list[str], shown: int = 5) -> Iterator[dict[str, Any]]:
    """Yield results for the longest texts that nearly match a rule of the shipped pack.

    Each text repeats two thirds of a rule's first example. hamgate reads that of every rule; `re`
    reads only those on which hamgate was slowest.
    """
    found = [
        {
            "kind": "hostile",
            "rule": rule.id,
            "engine": "hamgate",
            **_timed("hamgate", rounds_of(engine.scan, ready_views(text))),
            "with_views": statistics.median(rounds_of(lambda raw: engine.scan(Views(raw)), text)),
        }
        for rule, text in _nearly(engine)
    ]
    yield from found
    texts = {rule.id: text for rule, text in _nearly(engine)}
    for slow in sorted(found, key=lambda result: -result["seconds"])[:shown]:
        normalised = Views(texts[slow["rule"]]).normalised
        seconds = seconds_of_re(patterns, normalised, HOSTILE_LIMIT)
        about = {"kind": "hostile", "rule": slow["rule"]}
        yield about | (
            {"engine": "re", "killed_after": HOSTILE_LIMIT}
            if seconds is None
            else _timed("re", [seconds])
        )


def _nearly(engine: Engine) -> Iterator[tuple[Any, str]]:
    for rule in engine.pack.rules:
        if rule.verdict == "spam":
            part = rule.spam_examples[0][: len(rule.spam_examples[0]) * 2 // 3] + " "
            yield rule, (part * (MAX_CHARS // len(part) + 1))[:MAX_CHARS]


def _timed(engine: str, times: list[float]) -> dict[str, Any]:
    return {"engine": engine, "seconds": statistics.median(times), "rounds": times}
