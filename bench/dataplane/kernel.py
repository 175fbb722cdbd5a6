"""What the kernel has accounted to processes: processor time and resident memory (Linux)."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Stat:
    """A line of `/proc/PID/stat`, as far as it is of use; the fields' numbers are proc(5)'s."""

    pid: int
    parent: int
    cpu_seconds: float
    """Time in user and kernel mode, of all threads."""
    rss_bytes: int


def parse_stat(line: str) -> Stat:
    """Return what is in a line of `/proc/PID/stat`; the command in it may hold anything."""
    head, _, rest = line.rpartition(")")
    fields = rest.split()  # the first of them is field 3
    ticks = int(fields[14 - 3]) + int(fields[15 - 3])
    return Stat(
        pid=int(head.split(" ", 1)[0]),
        parent=int(fields[4 - 3]),
        cpu_seconds=ticks / _TICKS,
        rss_bytes=int(fields[24 - 3]) * _PAGE_BYTES,
    )


def family(root: int, stats: Iterable[Stat]) -> list[Stat]:
    """Return a process and all that it started, directly or not."""
    stats = list(stats)
    children: dict[int, list[Stat]] = {}
    for stat in stats:
        children.setdefault(stat.parent, []).append(stat)
    found = [stat for stat in stats if stat.pid == root]
    for stat in found:  # grows while it is gone through
        found.extend(children.get(stat.pid, []))
    return found


def read_stats() -> list[Stat]:
    """Return the accounts of all processes."""
    stats = []
    for path in PROC.glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            stats.append(parse_stat(path.read_text(errors="replace")))
    return stats


@dataclass(frozen=True)
class Account:
    """What some named processes have used, each with all that it started."""

    cpu_seconds: float
    rss_bytes: Mapping[str, int]


def account(roots: Mapping[str, int]) -> Account:
    """Return the account of the processes with these ids, by name."""
    stats = read_stats()
    families = {name: family(pid, stats) for name, pid in roots.items()}
    return Account(
        cpu_seconds=sum(stat.cpu_seconds for found in families.values() for stat in found),
        rss_bytes={name: sum(stat.rss_bytes for stat in found) for name, found in families.items()},
    )
