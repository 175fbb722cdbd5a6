"""The circuit breaker of an address: after failures in a row it is left alone for a while.

Our own: of the libraries, aiobreaker and aiocircuitbreaker have not been kept since 2022, and
circuitbreaker and purgatory wrap a function, with a fixed delay and no limit on the probes.
"""

import random
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half-open"]

_FIRST_SECONDS = 0.5
_MOST_DOUBLINGS = 16


class Breaker:
    """Judges one address by its calls. It keeps no time: who owns it waits, and half-opens it."""

    __slots__ = ("_failures", "_longest", "_most", "_openings", "_random", "state")

    def __init__(
        self,
        failures: int,
        longest_seconds: float,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Open after so many `failures` in a row, each time for twice as long.

        Args:
            failures: How many calls in a row must fail.
            longest_seconds: Longest time for which it stays open.
            random: Returns numbers from 0 to 1, for the jitter: replicas must not probe in step.
        """
        self.state: State = "closed"
        self._most = failures
        self._longest = longest_seconds
        self._random = random
        self._failures = 0
        self._openings = 0

    def succeeded(self) -> None:
        """Note a call that was answered: whatever was before, the address is well."""
        self.state = "closed"
        self._failures = self._openings = 0

    def failed(self, *, at_once: bool = False) -> float | None:
        """Note a call that failed; return the seconds to leave the address alone, if it opens now.

        It does so `at_once`, or after enough failures in a row. Calls that were under way when it
        opened change nothing.
        """
        if self.state == "open":
            return None
        self._failures = self._most if at_once else self._failures + 1
        if self.state == "closed" and self._failures < self._most:
            return None
        self.state = "open"
        delay = min(self._longest, _FIRST_SECONDS * (1 << self._openings))
        self._openings = min(self._openings + 1, _MOST_DOUBLINGS)
        return delay * (1 + self._random()) / 2

    def half_open(self) -> None:
        """End the while: the next call is the probe, which closes or opens it again."""
        self.state = "half-open"
