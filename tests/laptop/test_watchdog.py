"""The process that ends the services when the supervisor was killed."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from laptop import watchdog

FAKE = str(Path(__file__).with_name("fake_service.py"))


@contextmanager
def a_service(pids: Path, *, stubborn: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service with a grandchild in a group of its own; kill what is left of it."""
    job = {"pids": str(pids), "grandchild": True, "stubborn": stubborn}
    command = [sys.executable, FAKE, json.dumps(job)]
    with subprocess.Popen(command, start_new_session=True) as service:
        try:
            yield service
        finally:
            watchdog.signal_group(service.pid, 9)


def run_watchdog(lines: str, grace_seconds: float = 5.0) -> None:
    """Run the watchdog on what a supervisor wrote before it was killed."""
    command = [sys.executable, "-I", "-S", watchdog.__file__, str(grace_seconds)]
    subprocess.run(command, input=lines.encode(), check=True, timeout=20)


@pytest.mark.parametrize("stubborn", [False, True])
def test_the_groups_that_are_left_are_ended(
    pids: Path,
    started: Callable[[int], list[int]],
    alive: Callable[[], list[int]],
    wait_until: Callable[[Callable[[], bool]], None],
    *,
    stubborn: bool,
) -> None:
    """A service and its grandchild end when the pipe does, even if they ignore SIGTERM."""
    with a_service(pids, stubborn=stubborn) as service:
        assert len(started(2)) == 2
        run_watchdog(f"+{service.pid}\n", grace_seconds=0.5)
        wait_until(lambda: alive() == [])
        assert service.wait() == (-9 if stubborn else -15)


def test_a_group_that_was_ended_is_left_alone(
    pids: Path, started: Callable[[int], list[int]], alive: Callable[[], list[int]]
) -> None:
    """A group that the supervisor reported as ended gets no signal: its number may be another's."""
    with a_service(pids) as service:
        both = started(2)
        run_watchdog(f"+{service.pid}\n-{service.pid}\n")
        assert alive() == both


def test_a_group_that_is_gone_is_no_obstacle() -> None:
    """A group without any process left is passed over."""
    with subprocess.Popen([sys.executable, "-c", ""], start_new_session=True) as gone:
        gone.wait()
    run_watchdog(f"+{gone.pid}\n")
    assert not watchdog.signal_group(gone.pid, 0)
