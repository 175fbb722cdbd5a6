"""Load from wrk: another message in every request, every answer looked at."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SCRIPT = Path(__file__).parent / "load.lua"
_SEPARATOR = b"\x1e"
_OPEN_FILES = 65_536


@dataclass(frozen=True)
class Target:
    """Where and how requests are sent."""

    url: str
    bodies: Path
    content_type: str
    expected: str
    """What every answer's body must hold."""


@dataclass(frozen=True)
class Load:
    """What wrk saw."""

    seconds: float
    requests: int
    """Answered in full, whatever the status."""
    refused: int
    """Answers with a status of 400 or more."""
    broken: int
    """Connections that could not be made, written to or read from."""
    late: int
    """Requests without an answer in ten seconds."""
    wrong: int
    """Answers with status 200 that did not hold what was expected."""
    repeated: int
    """Requests beyond the last message of the file, where wrk begins again."""
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_share: float
    """Of its core, that wrk used: near 1 the load is what is measured."""

    @classmethod
    def parse(cls, output: str, cpu_seconds: float) -> Self:
        """Return what the script printed at the end.

        Raises:
            ValueError: It printed nothing of the kind.
        """
        _, found, report = output.partition("result\n")
        if not found:
            msg = f"wrk printed no result:\n{output}"
            raise ValueError(msg)
        values = json.loads(report)
        return cls(**values, cpu_share=cpu_seconds / values["seconds"])

    @property
    def errors(self) -> int:
        """Requests that were not answered as they should be."""
        return self.refused + self.broken + self.late + self.wrong


def write_bodies(path: Path, bodies: Iterable[bytes]) -> Path:
    """Write the bodies of requests to a file for wrk; return its path."""
    path.write_bytes(_SEPARATOR.join(bodies))
    return path


def drive(target: Target, connections: int, seconds: float, core: int) -> Load:
    """Send requests as fast as they are answered, over that many connections.

    Raises:
        SystemExit: wrk failed.
    """
    before = _children_seconds()
    command = (
        *("taskset", "--cpu-list", str(core)),
        *("wrk", "--threads", "1", "--connections", str(connections)),
        *("--duration", f"{seconds:.0f}s", "--timeout", "10s", "--script", str(SCRIPT)),
        *(target.url, "--", str(target.bodies), target.content_type, target.expected),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - wrk
    if done.returncode != 0:
        sys.exit(f"wrk failed: {done.stdout}{done.stderr}")
    return Load.parse(done.stdout, _children_seconds() - before)


def allow_many_connections() -> None:
    """Let this process and its children have as many open connections as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(hard, _OPEN_FILES) if hard != resource.RLIM_INFINITY else _OPEN_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
