"""Feedback that waits for the database: what waits together is kept in one transaction."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import structlog

from gateway import metrics
from gateway.errors import FeedbackConflict, FeedbackUnavailable
from gateway.feedback.worker import Worker
from store.errors import Conflict, StoreError
from store.records import NewFeedback, Receipt

log = structlog.get_logger(__name__)
T = TypeVar("T")

_BATCH_SIZE = 200
_BATCH_CHARS = 1024 * 1024
"""Most feedback in a transaction, and code points of its texts; a longer text goes alone."""

_Outcome = Receipt | Conflict | FeedbackUnavailable


class Book(Protocol):
    """Where feedback is kept; every call may block, and is made from one thread."""

    def prepare(self) -> None:
        """Make ready to write; may raise any `StoreError`."""

    def write(self, items: Sequence[NewFeedback]) -> list[Receipt | Conflict]:
        """Keep all of them, or none if it raises a `StoreError`; return how each fared."""


@dataclass(frozen=True)
class Bounds:
    """How much feedback may wait."""

    size: int
    chars: int
    """Code points of the texts."""


class Keeper:
    """Takes feedback, and returns when it is on the disk.

    While one transaction is on its way, all that comes waits for the next: a disk is waited for
    once for all of them.
    """

    def __init__(self, book: Book, worker: Worker, bounds: Bounds, seconds: float) -> None:
        """Keep feedback in `book`, from the thread of `worker`.

        Args:
            book: Where it is kept.
            worker: Makes the calls that block.
            bounds: How much may wait; what comes beyond is refused at once.
            seconds: How long each may wait.
        """
        self._book = book
        self._worker = worker
        self._bounds = bounds
        self._seconds = seconds
        self._waiting: dict[asyncio.Future[_Outcome], NewFeedback] = {}
        self._chars = 0
        self._arrived = asyncio.Event()
        self._trouble: str | None = None

    async def keep(self, item: NewFeedback) -> Receipt:
        """Return the receipt of feedback when it is kept.

        Raises:
            FeedbackUnavailable: It was not kept, or not in time; sent again, it is kept once.
            FeedbackConflict: Its key came before, with other feedback.
        """
        started = time.monotonic()
        self._check_room(item)
        outcome = await self._outcome(item)
        if isinstance(outcome, FeedbackUnavailable):
            metrics.FEEDBACK.labels(item.label, "unavailable").inc()
            raise outcome
        if isinstance(outcome, Conflict):
            metrics.FEEDBACK.labels(item.label, "conflict").inc()
            msg = f"{outcome} - at `$.key`"
            raise FeedbackConflict(msg)
        metrics.FEEDBACK.labels(item.label, "repeated" if outcome.repeated else "stored").inc()
        metrics.FEEDBACK_SECONDS.observe(time.monotonic() - started)
        return outcome

    async def run(self) -> None:
        """Write what waits, transaction after transaction, until cancelled."""
        await self._try(self._book.prepare)
        while True:
            await self._arrived.wait()
            if batch := self._next_batch():  # empty if the time of all that waited is over
                await self._write(batch)

    async def _write(self, batch: dict[asyncio.Future[_Outcome], NewFeedback]) -> None:
        outcomes = await self._try(partial(self._book.write, list(batch.values())))
        for index, future in enumerate(batch):
            if not future.done():  # else its time was over, or its client has gone
                future.set_result(_unavailable() if outcomes is None else outcomes[index])

    def _check_room(self, item: NewFeedback) -> None:
        chars = self._chars + _chars(item)
        if len(self._waiting) >= self._bounds.size or chars > self._bounds.chars:
            metrics.FEEDBACK.labels(item.label, "full").inc()
            msg = "too much feedback waits to be kept: send it again later"
            raise FeedbackUnavailable(msg)

    async def _outcome(self, item: NewFeedback) -> _Outcome:
        future: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[future] = item
        self._chars += _chars(item)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._seconds):
                return await future
        except TimeoutError as error:
            metrics.FEEDBACK.labels(item.label, "late").inc()
            msg = f"feedback was not kept within {self._seconds:g} s: send it again later"
            raise FeedbackUnavailable(msg) from error
        finally:
            self._take(future)  # of what nobody waits for, nothing is held

    def _next_batch(self) -> dict[asyncio.Future[_Outcome], NewFeedback]:
        batch: dict[asyncio.Future[_Outcome], NewFeedback] = {}
        chars = 0
        for future, item in self._waiting.items():
            chars += _chars(item)
            if batch and (len(batch) >= _BATCH_SIZE or chars > _BATCH_CHARS):
                break
            batch[future] = item
        for future in batch:
            self._take(future)
        if not self._waiting:
            self._arrived.clear()
        return batch

    def _take(self, future: asyncio.Future[_Outcome]) -> None:
        item = self._waiting.pop(future, None)
        if item is not None:
            self._chars -= _chars(item)

    async def _try(self, work: Callable[[], T]) -> T | None:
        """Return what a call to the book returns; None, and why in the log, if it fails."""
        try:
            done = await self._worker.run(work)
        except StoreError as error:
            self._in_trouble(str(error))
        except Exception as error:
            # A fault of ours: feedback must not end for the rest of the process's life.
            log.exception("feedback_broke")
            self._in_trouble(type(error).__name__)
        else:
            if self._trouble is not None:
                self._trouble = None
                log.info("feedback_available")
            return done
        return None

    def _in_trouble(self, reason: str) -> None:
        """Log why feedback cannot be kept, once for each reason."""
        if reason != self._trouble:
            self._trouble = reason
            log.error("feedback_unavailable", reason=reason)


def _unavailable() -> FeedbackUnavailable:
    return FeedbackUnavailable("feedback cannot be kept now: send it again later")


def _chars(item: NewFeedback) -> int:
    return len(item.text or "")
