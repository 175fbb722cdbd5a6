from pathlib import Path
from typing import Any

from bench.dataplane import plot
from bench.dataplane.systems import CHAR, EMPTY_ASGI, MANY

RUN: dict[str, Any] = {
    "results": [
        {"system": system, "connections": MANY, "cpu_us_per_request": cost}
        for system, cost in ((EMPTY_ASGI, 20.0), (CHAR, 60.0))
    ],
    "curves": [
        {"curve": "length", "bytes": 80, "cpu_us_per_request": 60.0, "p50_ms": 0.3},
        {"curve": "length", "bytes": 256, "cpu_us_per_request": 90.0, "p50_ms": 0.4},
        {"curve": "batch", "way": "gateway", "size": 1, "cpu_us_per_message": 60.0},
        {"curve": "batch", "way": "gateway", "size": 16, "cpu_us_per_message": 30.0},
    ],
}


def test_a_run_is_drawn_the_same_each_time_and_says_which_it_is(tmp_path: Path) -> None:
    """So a picture is known to be stale, and does not change for nothing."""
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    plot.draw(RUN, one)
    plot.draw(RUN, other)
    assert one.read_bytes() == other.read_bytes()
    assert plot.shows(one, RUN)
    assert not plot.shows(one, RUN | {"curves": []})
    assert not plot.shows(tmp_path / "none.svg", RUN)


def test_systems_and_costs_are_in_the_picture(tmp_path: Path) -> None:
    """As text, which can be searched and read aloud."""
    path = tmp_path / "run.svg"
    plot.draw(RUN, path)
    text = path.read_text()
    for part in (CHAR, EMPTY_ASGI, "60 µs"):
        assert part in text
