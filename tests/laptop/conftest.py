"""What the tests of the laptop share: processes that can be asked about, and free ports."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from laptop.settings import Settings
from laptop.state import StateFolder


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not reaped yet does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it ended just now, or this is macOS, which has no /proc
        return not Path("/proc").exists()
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Return a function that waits, 20 s at most, until a fact is true."""

    def wait(fact: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not fact():
            assert time.monotonic() < deadline, "it did not become true in time"
            time.sleep(0.02)

    return wait


@pytest.fixture
def pids(tmp_path: Path) -> Path:
    """Return the file to which fake services append their process ids."""
    return tmp_path / "pids"


@pytest.fixture
def started(
    pids: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> Callable[[int], list[int]]:
    """Return a function that waits until so many processes have started; it returns their ids."""

    def read() -> list[int]:
        return [int(line) for line in pids.read_text().split()] if pids.exists() else []

    def wait(count: int) -> list[int]:
        wait_until(lambda: len(read()) >= count)
        return read()

    return wait


@pytest.fixture
def alive(started: Callable[[int], list[int]]) -> Callable[[], list[int]]:
    """Return a function that returns the ids of the started processes that still run."""
    return lambda: [pid for pid in started(0) if is_alive(pid)]


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """Return a state folder that is yet to be made."""
    return StateFolder(tmp_path / "state")


@pytest.fixture
def settings(state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings with that state folder and free ports, whatever the environment says."""
    for name in [name for name in os.environ if name.startswith("LAPTOP_")]:
        monkeypatch.delenv(name)
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(3)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        gateway, inference, mlflow = (probe.getsockname()[1] for probe in sockets)
    return Settings(
        state_folder=state.path,
        gateway_port=gateway,
        inference_port=inference,
        mlflow_port=mlflow,
        startup_seconds=10,
        grace_seconds=5,
    )
