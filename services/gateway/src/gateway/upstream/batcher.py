"""Coalescing: messages that wait for the model at the same time go out together."""

import asyncio
import contextvars
import copy
from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from gateway import metrics
from gateway.errors import ModelUnavailable, TextRefused
from gateway.upstream.client import Predictor, new_call_id
from gateway.upstream.queue import Answer, Batch, Bounds, ModelQueue, Waiting
from kit.request_id import current_request_id

log = structlog.get_logger(__name__)

GRACE_SECONDS = 0.05
"""How much longer a call may take than the youngest of its messages waits: whoever is given up is
`late` then, whichever timer is the faster, and a server that hangs still fails its call."""
HARMLESS = "ok"
"""What is asked about, to learn whether a model server that refuses texts takes any."""
_MOST_TURNS = 16
"""Turns of the event loop for which a call waits at most while each brings more messages."""

_TIDY_SECONDS = 0.01
"""Time between two looks for messages that gave up, in a full queue: a look takes as long as the
queue is."""


class Places(Protocol):
    """What says how many calls may be made: the pool."""

    usable: bool
    free: int
    most: int

    def unavailable(self) -> ModelUnavailable:
        """Return the error to give while it is not usable."""


class Batcher:
    """Asks the model about messages, all that wait at once, as soon as a call may be made.

    Nothing waits for others to come: concurrency alone makes the calls larger. Each message has a
    deadline and a fate of its own, whatever becomes of those that are sent with it.
    """

    def __init__(
        self,
        predictor: Predictor,
        places: Places,
        bounds: Bounds,
        seconds: float,
        *,
        trace: bool = False,
    ) -> None:
        """Ask `predictor` when `places` has room.

        Args:
            predictor: What answers for the model.
            places: How many calls may be made.
            bounds: How much goes out at once, and how much may wait.
            seconds: How long a message may wait in all.
            trace: Whether to log which requests each call is for.
        """
        self._predictor = predictor
        self._places = places
        self._queue = ModelQueue(bounds)
        self._full = bounds.call_texts
        self._seconds = seconds
        self._trace = trace
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._starting = False
        self._closed = False
        self._workers: set[asyncio.Task[None]] = set()
        self._sent: set[Batch] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._tidied = 0.0
        metrics.MODEL_QUEUE_TEXTS.set_function(lambda: len(self._queue))

    def ask(self, text: str, *, explain: bool) -> asyncio.Future[Answer]:
        """Return what will be the model's answer about a raw text, or an error.

        If too many wait already, no address may be called, or the batcher is closed, it is an error
        at once.

        The future raises:
            ModelUnavailable: There is no answer that can be used, or not in time.
            TextRefused: The model server does not take the text.
        """
        refusal = self._refusal(1, len(text))
        return self._add(text, explain=explain) if refusal is None else self._failed(refusal)

    def ask_all(self, texts: Sequence[tuple[str, bool]]) -> list[asyncio.Future[Answer]]:
        """Return the answers about texts, each with whether to explain; as of so many `ask`.

        All of them are taken or none.
        """
        refusal = self._refusal(len(texts), sum(len(text) for text, _ in texts))
        if refusal is not None:
            return [self._failed(refusal) for _ in texts]
        return [self._add(text, explain=explain) for text, explain in texts]

    def on_places(self) -> None:
        """Take note that calls may be made that could not be before, or the other way."""
        if not self._places.usable:
            # At once, not at their deadlines: nobody would be asked before.
            _fail(self._queue.drain(), self._places.unavailable())
        elif len(self._queue) and self._places.free:
            self._start()

    async def close(self) -> None:
        """End all calls; whoever still waits is told, and whoever comes from now on."""
        self._closed = True
        _fail(self._queue.drain(), _ending())
        for worker in self._workers:
            worker.cancel()
        if self._workers:
            await asyncio.wait(self._workers)
        if self._timer is not None:
            self._timer.cancel()

    def _refusal(self, texts: int, chars: int) -> ModelUnavailable | None:
        """Return why so much cannot be taken, if so."""
        if self._closed:
            return _ending()
        if not self._places.usable:
            return self._places.unavailable()
        if self._queue.takes(texts, chars):
            return None
        now = self._loop.time()
        if now - self._tidied >= _TIDY_SECONDS:
            self._tidied = now
            self._queue.forget_done()
            if self._queue.takes(texts, chars):
                return None
        return ModelUnavailable("too many messages wait for the model", "full")

    def _failed(self, error: ModelUnavailable) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = self._loop.create_future()
        future.set_exception(copy.copy(error))
        return future

    def _add(self, text: str, *, explain: bool) -> asyncio.Future[Answer]:
        loop = self._loop
        future: asyncio.Future[Answer] = loop.create_future()
        deadline = loop.time() + self._seconds
        request_id = current_request_id() if self._trace else None
        self._queue.add(Waiting(text, future, deadline, request_id), explain=explain)
        if not self._starting and self._places.free:
            self._start()
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._expire)
        return future

    def _start(self) -> None:
        """Have one more worker; it begins after what is ready now, and takes what that brings."""
        if self._starting:
            return
        self._starting = True
        # Not in the context of the request that happens to come first, whose id it would log.
        worker = self._loop.create_task(self._work(), context=self._context)
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        """Make one call after the other while anybody waits and there is room."""
        while await self._gathered() and (batch := self._queue.next(self._places.most)):
            if len(self._queue) and self._places.free > 1:
                self._start()
            self._sent.add(batch)
            try:
                await self._send(batch)
            except asyncio.CancelledError:
                _fail(batch.waiting, _ending())
                raise
            except Exception:
                # A fault of ours: nobody may wait for it until the deadline.
                log.exception("model_call_broke")
                msg = "a fault of the gateway; its log has the reason"
                _fail(batch.waiting, ModelUnavailable(msg, "fault"))
            finally:
                self._sent.discard(batch)
                self._queue.ended(batch)
            if self._starting:  # by another, which takes what waits
                return
            self._starting = True

    async def _gathered(self) -> bool:
        """Return whether a call may be made, once a turn of the event loop brings nobody more.

        Who comes in such turns shares the call, unless it is full. There is no timer: alone, a
        message waits for one turn, and in a burst for what the burst takes anyway.
        """
        before = -1
        for _ in range(_MOST_TURNS):
            if not before < len(self._queue) < self._full:
                break
            before = len(self._queue)
            await asyncio.sleep(0)
        self._starting = False
        return self._places.free > 0

    async def _send(self, batch: Batch, *, is_half: bool = False) -> None:
        """Ask about a batch; if it is refused, about its halves, until the bad ones are alone.

        Not if the server takes no text at all: that would be two calls for each.
        """
        waiting = batch.waiting
        try:
            prediction = await self._predictor.predict(
                [w.text for w in waiting],
                explain=batch.explain,
                deadline=_end_of_call(batch),
                call_id=self._call_id(waiting),
            )
        except ModelUnavailable as error:
            _fail(waiting, error)
        except TextRefused as error:
            if len(waiting) == 1:
                _fail(waiting, error)
            elif is_half or await self._takes_others(batch):
                await self._send_halves(batch)
        else:
            for index, w in enumerate(waiting):
                if not w.future.done():
                    w.future.set_result((prediction, index))

    async def _takes_others(self, batch: Batch) -> bool:
        """Return whether the server takes a text that nobody can object to; if not, fail all."""
        try:
            await self._predictor.predict(
                [HARMLESS],
                explain=batch.explain,
                deadline=_end_of_call(batch),
                call_id=new_call_id(),
            )
        except ModelUnavailable as error:
            _fail(batch.waiting, error)
        except TextRefused as error:
            msg = f"the model server takes no text at all: {error}"
            _fail(batch.waiting, ModelUnavailable(msg, "refused"))
        else:
            return True
        return False

    async def _send_halves(self, batch: Batch) -> None:
        for half in batch.halves():
            if (alive := half.alive()).waiting:
                await self._send(alive, is_half=True)

    def _call_id(self, waiting: Sequence[Waiting]) -> str:
        metrics.MODEL_CALL_TEXTS.observe(len(waiting))
        call_id = new_call_id()
        if self._trace:
            log.debug("model_call", call=call_id, requests=[w.request_id for w in waiting])
        return call_id

    def _expire(self) -> None:
        """Give up on whoever's time is over; there is one timer for all."""
        now = self._loop.time()
        late = self._queue.expired(now)
        msg = "the model server has not answered in time"
        for batch in self._sent:
            late += [w for w in batch.waiting if w.deadline <= now]
        _fail(late, ModelUnavailable(msg, "late"))
        deadlines = [*self._queue.deadlines()]
        for batch in self._sent:
            deadlines += [w.deadline for w in batch.waiting if not w.future.done()]
        self._timer = self._loop.call_at(min(deadlines), self._expire) if deadlines else None


def _ending() -> ModelUnavailable:
    return ModelUnavailable("the gateway is about to end")


def _end_of_call(batch: Batch) -> float:
    return batch.waiting[-1].deadline + GRACE_SECONDS


def _fail(waiting: Iterable[Waiting], error: ModelUnavailable | TextRefused) -> None:
    """Give all that still wait the error, each one of its own: raising it changes it.

    Only our own errors: of others it is not known whether they can be copied.
    """
    for w in waiting:
        if not w.future.done():
            w.future.set_exception(copy.copy(error))
