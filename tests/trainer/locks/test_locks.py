import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.postgres import create_database
from fixtures.processes import kill
from trainer.errors import LockBusy
from trainer.locks import Locks, open_locks

PROGRAMS = Path(__file__).parents[1] / "programs"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of each kind; SQLite's folder is not there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/hamgate.db"
    return create_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def locks(url: str) -> Locks:
    """Locks that are waited for for a moment."""
    return open_locks(url, seconds=0.3, holder="here")


@contextmanager
def held_elsewhere(url: str, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Have another process hold a lock."""
    process = subprocess.Popen(
        [sys.executable, PROGRAMS / "holding.py", url, name, "anna@laptop"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            kill(process)


def test_a_lock_is_held_by_one(url: str, locks: Locks) -> None:
    """The other waits, and then says who holds it; without waiting too."""
    with held_elsewhere(url, "promotion"):
        for wait in (True, False):
            with (
                pytest.raises(LockBusy, match="lock promotion is held by anna@laptop"),
                locks.hold("promotion", wait=wait),
            ):
                pytest.fail("two hold it")


def test_a_lock_excludes_within_a_process_too(locks: Locks) -> None:
    """Two trainings may be threads of one program."""
    with (
        locks.hold("promotion"),
        pytest.raises(LockBusy),
        locks.hold("promotion"),
    ):
        pytest.fail("two hold it")


def test_locks_of_other_names_are_free(url: str, locks: Locks) -> None:
    """A training does not keep a promotion from being made."""
    with held_elsewhere(url, "run-1"), locks.hold("promotion") as held:
        held.check()


def test_a_lock_is_free_once_it_is_let_go(locks: Locks) -> None:
    """Also after an error within."""
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), locks.hold("promotion", wait=False):
            raise ZeroDivisionError


def test_a_killed_trainer_holds_nothing(url: str) -> None:
    """No lock is left behind that somebody would have to remove."""
    with held_elsewhere(url, "promotion") as process:
        kill(process)
        with open_locks(url, seconds=30, holder="here").hold("promotion") as held:
            held.check()


def test_a_lock_is_waited_for(url: str) -> None:
    """Who waits gets it when the other lets go."""
    with held_elsewhere(url, "promotion") as process:
        assert process.stdin is not None
        timer = threading.Timer(0.5, process.stdin.close)
        timer.start()
        with open_locks(url, seconds=30, holder="here").hold("promotion") as held:
            held.check()
            assert process.stdin.closed
        timer.join()


def test_nothing_is_lost_between_many(url: str, tmp_path: Path) -> None:
    """Six processes that read a number and write the next one lose none."""
    path = tmp_path / "count"
    path.write_text("0")
    command = [sys.executable, str(PROGRAMS / "counting.py"), url, str(path), "10"]
    counters = [subprocess.Popen(command) for _ in range(6)]
    assert [counter.wait(120) for counter in counters] == [0] * 6
    assert path.read_text() == "60"
