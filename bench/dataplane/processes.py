"""Servers as real processes, each held to a core; the load comes from another one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent.parent
_START_SECONDS = 120
_END_SECONDS = 15
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Cores:
    """The two cores of a measurement."""

    server: int
    """Every process of the system that is measured."""
    load: int
    """What sends the requests, and what the system needs beside it (MLflow)."""


@dataclass(frozen=True)
class Deployed:
    """What runs for a system."""

    url: str
    processes: Mapping[str, int]
    """Ids by name, of all that are counted."""
    inference_url: str = ""
    """Address of hamgate's model server."""


def two_cores() -> Cores:
    """Return the first two cores that this process may use.

    Raises:
        SystemExit: There is only one, or this is not Linux.
    """
    if not hasattr(os, "sched_getaffinity"):
        sys.exit("the benchmarks need Linux: they read /proc and hold processes to cores")
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:  # noqa: PLR2004 - one for the servers, one for the load
        sys.exit("the benchmarks need two cores: one for the servers, one for the load")
    return Cores(cores[0], cores[1])


def needed(*programs: str) -> None:
    """Check that programs of the system are installed.

    Raises:
        SystemExit: One is not; the message says how to install it.
    """
    packages = {"taskset": "util-linux", "redis-server": "redis-server"}
    if missing := [name for name in programs if shutil.which(name) is None]:
        wanted = " ".join(packages.get(name, name) for name in missing)
        sys.exit(f"{', '.join(missing)} not found: install it first (Debian: apt install {wanted})")


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    *,
    core: int,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program on a core, its output in `log`; end it and all that it started afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own programs, and the peers'
            ["taskset", "--cpu-list", str(core), *command],  # noqa: S607 - wherever it is
            env={**os.environ, **(environment or {})},
            cwd=folder or ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_END_SECONDS)


def wait_until_ok(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until `url` answers 200.

    Raises:
        SystemExit: The process ended, or it took too long; the message has the end of its log.
    """
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(URLError, OSError), urlopen(url, timeout=2) as answer:  # noqa: S310 - http
            if answer.status == HTTPStatus.OK:
                return
        time.sleep(_POLL_SECONDS)
    tail = log.read_text(errors="replace")[-3000:]
    sys.exit(f"{url} did not answer 200; {log} ends:\n{tail}")
