from typing import Any

import pytest

from bench.dataplane.bars import Bar, bars
from bench.dataplane.systems import CHAR, EMPTY_ASGI, MANY, MONOLITH, RULES


def row(system: str, cpu: float, rate: float = 100.0) -> dict[str, Any]:
    """A row at many connections."""
    return {
        "system": system,
        "connections": MANY,
        "cpu_us_per_request": cpu,
        "requests_per_second": rate,
        "p50_ms": 1.0,
        "p99_ms": 2.0,
        "rss_mb_by_process": {"gateway": 80.0, "inference": 250.0},
    }


def found_by_name(**extra: Any) -> dict[str, Bar]:
    """The bars of a small run."""
    rows = [row(EMPTY_ASGI, 20), row(RULES, 30), row(CHAR, 61, 1_200), row(MONOLITH, 1_000, 100)]
    found = {"results": rows, "curves": extra.pop("curves", [])}
    return {f"{bar.what} {bar.wanted}": bar for bar in bars(found, extra)}


def test_a_bar_is_met_at_its_limit_and_not_beyond() -> None:
    """30 µs is 1.5 times 20 µs; 61 µs is more than three times."""
    every = found_by_name()
    rules = every["rule path, 64 connections ≤ 1.5× the CPU of the empty ASGI app"]
    model = every[f"{CHAR}, 64 connections ≤ 3× the CPU of the empty ASGI app"]
    assert (rules.found, rules.met) == (1.5, True)
    assert (model.found, model.met) == (3.05, False)


def test_throughput_has_to_be_at_least_so_much() -> None:
    """Twelve times the monolith's is enough."""
    assert found_by_name()[f"{CHAR}, 64 connections ≥ 12× the monolith's"].met


def test_what_was_not_measured_has_no_bar() -> None:
    """No peer, no ratio to the fastest of them; no curve, no growth."""
    names = " ".join(found_by_name())
    assert "peer" not in names
    assert "growth" not in names
    assert "ready" not in names


def test_growth_is_judged_at_its_steepest_and_only_for_long_texts() -> None:
    """Twice the cost for four times the text is below linear; the short ones do not count."""
    costs = {80: 1.0, 256: 100.0, 1_024: 200.0, 4_096: 400.0, 16_384: 1_600.0}
    points = [
        {"curve": "length", "bytes": size, "cpu_us_per_request": cost}
        for size, cost in costs.items()
    ]
    every = found_by_name(curves=points)
    (growth,) = (bar for name, bar in every.items() if "growth" in name)
    assert growth.found == pytest.approx(1.0)
    assert growth.met


def test_single_checks_have_their_bars() -> None:
    """A growth of memory of a tenth is too much, a start of two seconds is not."""
    every = found_by_name(
        startup={"seconds": {"gateway": 2.0, "inference": 4.0}},
        soak={"growth": {"gateway": 0.1, "inference": 0.0}, "errors": 0},
    )
    met = {name.split(" ≤")[0]: bar.met for name, bar in every.items()}
    assert met["gateway, ready after its start"]
    assert not met["inference, ready after its start"]
    assert not met["gateway, growth of memory after the first tenth of the soak"]
    assert met["errors in the soak"]
