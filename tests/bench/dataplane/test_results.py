from pathlib import Path
from typing import Any

from bench.dataplane import results


def run(processor: str, **rows: float) -> dict[str, Any]:
    """A run with a row for each system."""
    found = [{"system": name, "connections": 16, "value": value} for name, value in rows.items()]
    return {"machine": {"processor": processor}, "versions": {}, "results": found}


def values(found: dict[str, Any]) -> dict[str, float]:
    """The values of a run by system."""
    return {row["system"]: row["value"] for row in found["results"]}


def test_new_rows_take_the_place_of_old_ones() -> None:
    """What was not measured again stays."""
    found = results.merged(run("this", a=1.0, b=2.0) | {"curves": [1]}, run("this", b=3.0))
    assert values(found) == {"a": 1.0, "b": 3.0}
    assert found["curves"] == [1]


def test_nothing_is_kept_of_another_machine() -> None:
    """Its rows could not be compared with ours."""
    assert values(results.merged(run("other", a=1.0), run("this", b=2.0))) == {"b": 2.0}


def test_the_first_run_is_taken_as_it_is(tmp_path: Path) -> None:
    """There is no file before it."""
    old = results.read(tmp_path / "latest.json")
    assert values(results.merged(old, run("this", a=1.0))) == {"a": 1.0}


def test_numbers_are_written_with_six_digits(tmp_path: Path) -> None:
    """More of them say nothing, and make every diff long."""
    path = tmp_path / "folder" / "run.json"
    results.write(path, {"a": [1 / 3, 2], "b": {"c": "0.123456789"}})
    assert results.read(path) == {"a": [0.333333, 2], "b": {"c": "0.123456789"}}
