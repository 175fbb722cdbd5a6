"""Errors of the data room, and the fault that they list.

    DatasetError
    ├── InvalidColumns     what was said about columns and label values contradicts itself
    ├── UnknownFormat      the name of the file does not say how to read it
    ├── SourceUnavailable  the bytes cannot be had
    ├── InvalidDataset     the file or its rows are not what they should be; lists the faults
    └── Untrainable        every row is fine, yet no model can be trained on them

None of them holds the text of a message: texts can be private.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN_FAULTS = 10
"""So many faults are listed in one error; the rest are counted."""


class DatasetError(Exception):
    """Base of the errors of the data room; the message is for whoever gave the data."""


class InvalidColumns(DatasetError):
    """What was said about columns and label values contradicts itself."""


class UnknownFormat(DatasetError):
    """The name of the file does not say how to read it."""


class SourceUnavailable(DatasetError):
    """The bytes cannot be had: no such file, no access, no network, not installed."""


class Untrainable(DatasetError):
    """No row, or rows of one label only, are left to train on."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file."""

    at: str
    """Line of the file ("7"), row of a Parquet file ("row 7"), or "" for the file as a whole."""
    problem: str


class InvalidDataset(DatasetError):
    """The file or its rows are not what they should be."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        """List the first `SHOWN_FAULTS` of `faults`, each with its place in the file `name`."""
        self.faults = tuple(faults)
        lines = [_place(name, fault.at) + fault.problem for fault in faults[:SHOWN_FAULTS]]
        if (rest := len(faults) - SHOWN_FAULTS) > 0:
            lines.append(f"{name}: and {rest} more")
        super().__init__("\n".join(lines))


def _place(name: str, at: str) -> str:
    return f"{name}:{at}: " if at else f"{name}: "
