from pathlib import Path

import pytest

from bench.dataplane.load import Load, write_bodies

PRINTED = """Running 5s test @ http://127.0.0.1:1/
  1 threads and 16 connections
result
{"seconds": 2.0, "requests": 100, "wrong": 1, "repeated": 0, "refused": 2, "broken": 3, "late": 4, \
"p50_ms": 0.5, "p99_ms": 1.5, "max_ms": 2.5}
"""


def test_what_the_script_printed_is_read() -> None:
    """The line after `result` becomes a `Load`, with the share of a core that wrk took."""
    load = Load.parse(PRINTED, cpu_seconds=0.5)
    assert (load.requests, load.p50_ms, load.p99_ms, load.max_ms) == (100, 0.5, 1.5, 2.5)
    assert load.cpu_share == 0.25


def test_every_kind_of_bad_answer_is_an_error() -> None:
    """Wrong, refused, broken and late ones are added up."""
    assert Load.parse(PRINTED, cpu_seconds=0.5).errors == 10


def test_no_result_is_an_error_that_shows_what_was_printed() -> None:
    """A script that failed must not count as a load of nothing."""
    with pytest.raises(ValueError, match="unable to connect"):
        Load.parse("unable to connect", cpu_seconds=0.0)


def test_bodies_are_apart_in_the_file(tmp_path: Path) -> None:
    """The script divides the file at RS, which no JSON body holds."""
    path = write_bodies(tmp_path / "bodies", [b'{"text":"a\\u001eb"}', b"two\nlines"])
    assert path.read_bytes().split(b"\x1e") == [b'{"text":"a\\u001eb"}', b"two\nlines"]
