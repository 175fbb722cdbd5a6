from typing import Any

import pytest

from bench.dataplane.section import section, tables
from bench.dataplane.systems import CHAR, EMPTY_ASGI, MANY, MONOLITH


def row(system: str, rate: float, cpu: float, **processes: float) -> dict[str, Any]:
    """A row at many connections."""
    return {
        "system": system,
        "connections": MANY,
        "requests_per_second": rate,
        "cpu_us_per_request": cpu,
        "p50_ms": 1.0,
        "p99_ms": 2.0,
        "rss_mb_by_process": processes or {"app": 30.0},
        "measured_at": "today",
        "errors": 1,
        "wrong_of_sample": 2,
    }


@pytest.fixture
def found() -> dict[str, Any]:
    """A run of three systems."""
    return {
        "machine": {
            "processor": "CPU",
            "cores": 2,
            "system": "Linux",
            "load_before": 0.1,
            "date": "today",
        },
        "versions": {"Python": "3.11"},
        "settings": {
            "rounds": 3,
            "seconds": 5,
            "messages": 10,
            "ruled": 4,
            "left": 6,
            "new_words_of_unseen": 0.105,
        },
        "results": [
            row(EMPTY_ASGI, 40_000, 20),
            row(MONOLITH, 1_000, 1_000),
            row(CHAR, 15_000, 60, gateway=80, inference=150),
        ],
    }


def test_each_system_is_compared_with_the_ceiling_and_the_monolith(found: dict[str, Any]) -> None:
    """15 times the monolith's answers, three times the empty app's time."""
    (line,) = (cells for cells in tables(found)[0].rows if cells[0] == CHAR)
    assert line == [CHAR, "15,000", "15×", "60", "3×", "1", "2", "80 gateway + 150 inference", "3"]


def test_without_the_others_there_is_no_ratio(found: dict[str, Any]) -> None:
    """A run of one system alone can be shown."""
    found["results"] = found["results"][2:]
    assert tables(found)[0].rows[0][2:5] == ["", "60", ""]


def test_a_row_of_another_run_says_when_it_was_measured(found: dict[str, Any]) -> None:
    """Its ratio is one of two runs, and the reader is to know."""
    found["results"][2]["measured_at"] = "yesterday"
    names = [cells[0] for cells in tables(found)[0].rows]
    assert names == [EMPTY_ASGI, MONOLITH, f"{CHAR} (of yesterday)"]


def test_the_page_says_what_was_measured_and_how(found: dict[str, Any]) -> None:
    """Machine, versions, corpora, and a sentence on each system that was measured."""
    page = section(found)
    for part in ("CPU, 2 cores", "Python 3.11", "4 of 10", "10.5 %", f"- **{CHAR}**: "):
        assert part in page
    assert "- **rspamd**" not in page
