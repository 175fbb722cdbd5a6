from pathlib import Path
from typing import Any

from bench.training import plot
from bench.training.section import LIMIT_BYTES, section

RUN: dict[str, Any] = {
    "machine": {"processor": "one", "cores": 2, "system": "Linux", "load_before": 0, "date": "now"},
    "results": [
        {
            "corpus": corpus, "messages": messages, "judged": 4000, "cpu_seconds": 40.0,
            "seconds": 30.0, "peak_bytes": 2**30, "model_bytes": 2**20, "f1": 0.97,
        }
        for corpus, messages in (("demo", 4533), ("10,000 spliced", 10_000))
    ],
}  # fmt: skip


def test_a_run_is_drawn_the_same_each_time_and_says_which_it_is(tmp_path: Path) -> None:
    """So a picture is known to be stale, and does not change for nothing."""
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    plot.draw(RUN, one, LIMIT_BYTES)
    plot.draw(RUN, other, LIMIT_BYTES)
    assert one.read_bytes() == other.read_bytes()
    assert plot.shows(one, RUN)
    assert not plot.shows(one, RUN | {"results": []})


def test_the_section_has_a_row_for_each_corpus() -> None:
    """With what it took, in units that a reader knows."""
    (row,) = [line for line in section(RUN).splitlines() if line.startswith("| demo |")]
    for part in ("4,533", "4,000", "40 s", "1,024 MiB", "1.0 MiB", "0.9700"):
        assert part in row
