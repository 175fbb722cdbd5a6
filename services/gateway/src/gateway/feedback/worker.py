"""A thread for calls that block, one after the other."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_Job = tuple[Future[Any], Callable[[], Any]]
_END_SECONDS = 2.0


class Worker:
    """Does in a thread of its own what must not block the event loop.

    The process ends without waiting for it, which an executor of Python's does not allow: a
    database may hang for ever.
    """

    def __init__(self, name: str) -> None:
        """Start the thread."""
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, or raise what it raises, when all before it is done."""
        done: Future[T] = Future()
        self._jobs.put((done, work))
        return await asyncio.wrap_future(done)

    def end(self, last: Callable[[], None]) -> None:
        """Do a last work, and end; what takes more than two seconds is left to the process's end.

        It may not raise.
        """
        self._jobs.put((Future(), last))
        self._jobs.put(None)
        self._thread.join(_END_SECONDS)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            done, work = job
            if not done.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001  it is handed to who waits for it
                done.set_exception(error)
            else:
                done.set_result(result)
            del job, done, work
