"""Time limits for what happens at every request: kept by a sweep, not by a timer each."""

import asyncio
import time
from types import TracebackType

_SWEEPS = 20
"""Sweeps in the time of a limit: the part of it by which a block can end too late."""


class Deadlines:
    """Limits the time of the blocks `with deadlines:`; one that takes longer raises TimeoutError.

    For what runs thousands of times a second and seldom waits: `asyncio.timeout` costs 4 µs, a
    fifth of a whole request, and this a fifth of that. A task may be in one block at a time, and
    all tasks are of one event loop.
    """

    def __init__(self, seconds: float) -> None:
        """Limit each block to `seconds`, or a twentieth more."""
        self._seconds = seconds
        self._ends: dict[asyncio.Task[object], float] = {}
        self._expired: set[asyncio.Task[object]] = set()
        self._sweeping = False

    def __enter__(self) -> None:
        """Begin a block of the running task."""
        self._ends[_running()] = time.monotonic() + self._seconds
        if not self._sweeping:
            self._sweep_later()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """End the block; if it was cancelled for its time, say so."""
        task = _running()
        del self._ends[task]
        if not self._expired or task not in self._expired:
            return
        self._expired.discard(task)
        # As in `asyncio.timeout`: if somebody else has cancelled the task too, that goes first.
        if task.uncancel() <= 0 and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _sweep_later(self) -> None:
        self._sweeping = True
        asyncio.get_running_loop().call_later(self._seconds / _SWEEPS, self._sweep)

    def _sweep(self) -> None:
        self._sweeping = False
        now = time.monotonic()
        for task in [task for task, end in self._ends.items() if end <= now]:
            if task not in self._expired:
                self._expired.add(task)
                task.cancel()
        if self._ends:
            self._sweep_later()


def _running() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        msg = "only a task can have a deadline"
        raise RuntimeError(msg)
    return task
