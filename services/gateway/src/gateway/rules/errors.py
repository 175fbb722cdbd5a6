"""The error of a rule pack that cannot be used."""

from pathlib import Path


class PackError(ValueError):
    """A pack cannot be used. The message names the file and, for each fault, rule and field."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        """Say what is wrong with the file at `path`, one line a fault."""
        super().__init__("\n".join(f"{path}: {fault}" for fault in faults))
        self.path = path
        self.faults = tuple(faults)
