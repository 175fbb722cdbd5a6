"""What a lock is, wherever it is kept."""

from contextlib import AbstractContextManager
from typing import Protocol

POLL_SECONDS = 0.05
"""How long to wait between two looks at a lock that another trainer holds."""


class Held(Protocol):
    """A lock that is ours."""

    def check(self) -> None:
        """Check that it still is: to be called before each step that needs it.

        Raises:
            LockLost: The database let it go.
        """


class Locks(Protocol):
    """Locks by name; a trainer that dies holds none."""

    def hold(self, name: str, *, wait: bool = True) -> AbstractContextManager[Held]:
        """Hold the lock `name` within the block; do not wait for another's if `wait` is False.

        Raises:
            LockBusy: Another trainer holds it; the message says who, where that is known.
            DatabaseUnavailable: The database with the locks does not answer, or cannot be written.
        """
