"""How many bytes of bodies a service holds at once, for all its requests together."""

from kit.errors import Unavailable

UNCOUNTED = 16 * 1024
"""Longest body that takes nothing from the budget, in bytes. A flood of long bodies so shuts no
ordinary message out; how many short ones there are at once is bounded by the connections."""


class BodyBudget:
    """The bytes that the bodies of all requests may take together, from one event loop."""

    def __init__(self, most: int) -> None:
        """Give at most `most` bytes away at once."""
        self._most = most
        self._held = 0

    def take(self, size: int) -> None:
        """Take `size` bytes, to be given back when the request is answered.

        Raises:
            Unavailable: So many are not left; none is taken then.
        """
        if self._held + size > self._most:
            msg = f"the bodies of all requests together would have more than {self._most} bytes"
            raise Unavailable(msg)
        self._held += size

    def give_back(self, size: int) -> None:
        """Give bytes back."""
        self._held -= size
