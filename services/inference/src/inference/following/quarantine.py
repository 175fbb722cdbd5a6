"""A version that must not serve is not fetched again at every poll."""

import time
from collections.abc import Callable

from inference.versions.ref import VersionRef

LONGEST_SECONDS = 300.0


class Quarantine:
    """Holds the version that failed last, for a time that doubles with each failure in a row."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Hold a version twice `seconds` at first, and `LONGEST_SECONDS` at most, by `clock`."""
        self._clock = clock
        self._seconds = seconds
        self.reason = ""
        """Why the held version failed."""
        self._held: VersionRef | None = None
        self._failures = 0
        self._until = 0.0

    def holds(self, ref: VersionRef) -> bool:
        """Return whether `ref` should be left alone for now; any other version never is."""
        return ref == self._held and self._clock() < self._until

    def add(self, ref: VersionRef, reason: str) -> None:
        """Hold `ref`, which has just failed for this reason."""
        self.reason = reason
        self._failures = self._failures + 1 if ref == self._held else 1
        self._held = ref
        self._until = self._clock() + min(self._seconds * 2**self._failures, LONGEST_SECONDS)
