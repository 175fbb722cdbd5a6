"""One training as a user starts it, with the memory and processor time of all its processes."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

_EVERY_SECONDS = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")
_PPID, _UTIME, _STIME = 1, 11, 12
"""Places of these fields in /proc/PID/stat, behind the name of the program."""


@dataclass
class Usage:
    """What a process and all its descendants have used so far."""

    peak_bytes: int = 0
    """Largest sum of their proportional set sizes: memory that two share counts once."""
    cpu: dict[int, float] = field(default_factory=dict)
    """Seconds of user and system time, by process."""

    def sample(self, root: int) -> None:
        """Look at all of them once."""
        tree = descendants(root)
        self.peak_bytes = max(self.peak_bytes, sum(map(_pss_bytes, tree)))
        self.cpu.update(tree)


def train(data: str, url: str, folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Train on a corpus, and return what it took and what it gave.

    Raises:
        SystemExit: The training failed; says why.
    """
    command = [sys.executable, "-m", "trainer", "train", "--json", "--no-promote", "--data", data]
    variables = {
        **os.environ, "TRAINER_TRACKING_URI": url, "TRAINER_GATE_MIN_F1": "0",
        "TRAINER_RULES_CACHE_FOLDER": str(folder / "rules"),
        "TRAINER_DATABASE_URL": f"sqlite:///{folder}/hamgate.db", **environment,
    }  # fmt: skip
    usage, done = Usage(), Event()
    started = time.monotonic()
    with (
        (folder / "trainer.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            command, env=variables, cwd=folder, stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        watch = Thread(target=_watch, args=(usage, process.pid, done))
        watch.start()
        answer = process.stdout.read() if process.stdout else b""
        done.set()
        watch.join()
    seconds = time.monotonic() - started
    if not answer:
        sys.exit(f"the training failed:\n{(folder / 'trainer.log').read_text()[-2000:]}")
    told = json.loads(answer)
    return {
        "messages": told["fitted"],
        "judged": told["report"]["messages"],
        "seconds": seconds,
        "cpu_seconds": sum(usage.cpu.values()),
        "peak_bytes": usage.peak_bytes,
        "model_bytes": told["model_bytes"],
        "f1": told["report"]["f1"],
        "f1_standard_error": told["report"]["f1_standard_error"],
    }


def descendants(root: int) -> dict[int, float]:
    """Return a process and all below it, with the seconds of processor time of each."""
    stats = {int(path.name): _stat(path) for path in Path("/proc").glob("[0-9]*")}
    found, left = {}, [root]
    while left:
        pid = left.pop()
        if stat := stats.get(pid):
            found[pid] = (int(stat[_UTIME]) + int(stat[_STIME])) / _TICKS
            left += [child for child, its in stats.items() if its and int(its[_PPID]) == pid]
    return found


def _watch(usage: Usage, root: int, done: Event) -> None:
    while not done.wait(_EVERY_SECONDS):
        usage.sample(root)


def _stat(process: Path) -> list[str]:
    """Return the fields behind the name of the program; none if the process has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _pss_bytes(pid: int) -> int:
    """Return the proportional set size of a process, 0 if it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(
        (1024 * int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:"), 0
    )
