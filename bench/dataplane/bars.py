"""What the data plane has to reach, and whether a run did."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.dataplane.curves import steepness
from bench.dataplane.systems import (
    CHAR,
    EMPTY_ASGI,
    FEW,
    MANY,
    MONOLITH,
    RULES,
    SOME,
    SYSTEMS,
    UNSEEN,
    WORD,
)

Rows = Mapping[tuple[str, int], Mapping[str, Any]]
_LINEAR_FROM_BYTES = 1_024
"""Below it a request's own cost hides that of its text."""


@dataclass(frozen=True)
class Bar:
    """Something to reach, and what was."""

    what: str
    wanted: str
    """At most or at least how much."""
    found: float
    met: bool


@dataclass(frozen=True)
class _Wanted:
    what: str
    limit: float
    found: Callable[[], float]
    unit: str = ""
    at_least: bool = False

    def bar(self) -> Bar:
        """Return the bar; KeyError and ValueError say that it was not measured."""
        found = self.found()
        sign = "≥" if self.at_least else "≤"
        met = found >= self.limit if self.at_least else found <= self.limit
        return Bar(self.what, f"{sign} {self.limit:g}{self.unit}", found, met)


def by_row(found: Mapping[str, Any]) -> Rows:
    """Return the rows of a run by system and number of connections."""
    return {(r["system"], r["connections"]): r for r in found.get("results", [])}


def bars(found: Mapping[str, Any], extra: Mapping[str, Mapping[str, Any]]) -> list[Bar]:
    """Return every bar for which something was measured.

    Args:
        found: The run.
        extra: The runs of the single checks, by name; those that there are.
    """
    reached = []
    for wanted in (*_of_rows(by_row(found)), *_of_curves(found), *_of_checks(extra)):
        try:
            reached.append(wanted.bar())
        except (KeyError, ValueError):
            continue  # not measured
    return reached


def _of_rows(rows: Rows) -> Iterator[_Wanted]:
    def cpu(system: str, connections: int) -> Callable[[], float]:
        key = "cpu_us_per_request"
        return lambda: rows[system, connections][key] / rows[EMPTY_ASGI, connections][key]

    def throughput(others: Sequence[str]) -> Callable[[], float]:
        key = "requests_per_second"
        return lambda: (
            rows[CHAR, MANY][key]
            / max(rows[other, MANY][key] for other in others if (other, MANY) in rows)
        )

    def of(system: str, connections: int, key: str) -> Callable[[], float]:
        return lambda: float(rows[system, connections][key])

    def rss(process: str) -> Callable[[], float]:
        return lambda: float(rows[CHAR, MANY]["rss_mb_by_process"][process])

    peers = [system.name for system in SYSTEMS if system.peer and system.same_model]
    empty = "× the CPU of the empty ASGI app"
    yield _Wanted(f"rule path, {MANY} connections", 1.5, cpu(RULES, MANY), empty)
    for system in (WORD, CHAR):
        yield _Wanted(f"{system}, {MANY} connections", 3, cpu(system, MANY), empty)
        yield _Wanted(f"{system}, {SOME} connections", 3.5, cpu(system, SOME), empty)
    yield _Wanted(f"{UNSEEN}, {MANY} connections", 3.5, cpu(UNSEEN, MANY), empty)
    yield _Wanted(
        f"{CHAR}, {MANY} connections", 12, throughput([MONOLITH]), "× the monolith's", at_least=True
    )
    yield _Wanted(
        f"{CHAR}, {MANY} connections",
        10,
        throughput(peers),
        "× the fastest peer's with it",
        at_least=True,
    )
    for system in (WORD, CHAR):
        yield _Wanted(f"{system}, 1 connection, P50", 0.6, of(system, FEW, "p50_ms"), " ms")
        yield _Wanted(f"{system}, 1 connection, P99", 2, of(system, FEW, "p99_ms"), " ms")
        yield _Wanted(f"{system}, 16 connections, P99", 5, of(system, SOME, "p99_ms"), " ms")
    yield _Wanted("inference, resident memory", 200, rss("inference"), " MB")
    yield _Wanted("gateway, resident memory", 90, rss("gateway"), " MB")


def _of_curves(found: Mapping[str, Any]) -> Iterator[_Wanted]:
    points = found.get("curves", [])

    def growth() -> float:
        long = [p for p in points if p["curve"] == "length" and p["bytes"] >= _LINEAR_FROM_BYTES]
        return steepness([(p["bytes"], p["cpu_us_per_request"]) for p in long])

    def saving(way: str) -> Callable[[], float]:
        sizes = {p["size"]: p for p in points if p["curve"] == "batch" and p["way"] == way}
        return lambda: (
            sizes[max(sizes)]["cpu_us_per_message"] / sizes[min(sizes)]["cpu_us_per_message"]
        )

    yield _Wanted("growth with the length of the text, steepest step", 1.15, growth, " (exponent)")
    for way in ("gateway", "inference"):
        yield _Wanted(f"{way}: a message in the largest batch", 1, saving(way), "× one alone")


def _of_checks(extra: Mapping[str, Mapping[str, Any]]) -> Iterator[_Wanted]:
    def of(check: str, *keys: str) -> Callable[[], float]:
        def value() -> float:
            found: Any = extra[check]
            for key in keys:
                found = found[key]
            return float(found)

        return value

    for service in ("inference", "gateway"):
        ready = of("startup", "seconds", service)
        yield _Wanted(f"{service}, ready after its start", 3, ready, " s")
    for service in ("inference", "gateway"):
        growth = of("soak", "growth", service)
        yield _Wanted(
            f"{service}, growth of memory after the first tenth of the soak", 0.05, growth
        )
    yield _Wanted("errors in the soak", 0, of("soak", "errors"))
    ratio = of("swap_latency", "p99_ratio")
    yield _Wanted("P99 while models are swapped", 3, ratio, "× the steady P99")
    yield _Wanted("errors while models are swapped", 0, of("swap_latency", "errors"))
    yield _Wanted("load is shed within, P99", 5, of("overload", "shed", "p99_ms"), " ms")
