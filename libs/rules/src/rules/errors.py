"""Errors of rule packs.

PackError   a file that cannot be used as a pack
Faults      what is wrong inside a pack, without its file: it becomes a PackError
"""

from collections.abc import Iterable
from pathlib import Path

MAX_FAULTS = 100
"""Most faults that are told; nobody reads more, and a generated pack can have any number."""


class Faults(ValueError):
    """A pack cannot be used, for these reasons; each names rule or signal, and field."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Take one line a fault."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class PackError(ValueError):
    """A pack cannot be used. The message names the file and, for each fault, rule and field."""

    def __init__(self, path: Path, faults: Iterable[str]) -> None:
        """Say what is wrong with the file at `path`, one line a fault."""
        self.path = path
        lines = [_printable(fault) for fault in faults]
        if more := len(lines[MAX_FAULTS:]):
            lines[MAX_FAULTS:] = [f"and {more} more faults"]
        self.faults = tuple(lines)
        super().__init__("\n".join(f"{path}: {fault}" for fault in self.faults))


def _printable(fault: str) -> str:
    """Return a line in which nothing moves a terminal's cursor: a fault can name any key."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in fault)
