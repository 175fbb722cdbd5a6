"""The messages that wait for the model: bounded, in the order in which they came."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.upstream.prediction import Prediction

Answer = tuple[Prediction, int]
"""A prediction, and which of its texts is meant."""

_EXPLAINED_TEXTS = 32
"""Most texts of a call that explains: an explanation costs some twenty times what a score does."""

_LONG_TEXT = 8192
"""Code points from which on a text is a long one: it takes the model server some milliseconds, as a
hundred usual ones do."""


class Waiting:
    """A message that waits for the model."""

    __slots__ = ("deadline", "future", "request_id", "text")

    def __init__(
        self, text: str, future: asyncio.Future[Answer], deadline: float, request_id: str | None
    ) -> None:
        """Wait with `text` for `future` until `deadline`, in the event loop's time."""
        self.text = text
        self.future = future
        self.deadline = deadline
        self.request_id = request_id


@dataclass(eq=False, slots=True)
class Batch:
    """Messages that go to the model in one call, the oldest first."""

    waiting: list[Waiting]
    explain: bool
    slow: bool
    """Whether the call takes long for what is in it."""

    def alive(self) -> "Batch":
        """Return those of them that still wait: not cancelled, not expired."""
        return replace(self, waiting=[w for w in self.waiting if not w.future.done()])

    def halves(self) -> "tuple[Batch, Batch]":
        """Return the older and the younger half of them."""
        middle = len(self.waiting) // 2
        older, younger = self.waiting[:middle], self.waiting[middle:]
        return replace(self, waiting=older), replace(self, waiting=younger)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much goes out in one call, and how much may wait."""

    call_texts: int
    call_chars: int
    """Code points; a text that is longer goes alone."""
    queue_texts: int
    queue_chars: int


class ModelQueue:
    """Three lanes with one set of bounds: long and explained messages go out in calls of their own.

    Of the calls that there may be, one is kept from them: else a few clients with long texts would
    have all, and the others wait for them.
    """

    __slots__ = ("_bounds", "_chars", "_explained", "_long", "_plain", "_slow", "_texts")

    def __init__(self, bounds: Bounds) -> None:
        """Begin empty."""
        self._bounds = bounds
        self._plain: deque[Waiting] = deque()
        self._long: deque[Waiting] = deque()
        self._explained: deque[Waiting] = deque()
        self._texts = 0
        self._chars = 0
        self._slow = 0
        """Calls under way that take long."""

    def __len__(self) -> int:
        """Return how many messages wait, those that gave up included until they are met."""
        return self._texts

    def takes(self, texts: int, chars: int) -> bool:
        """Return whether there is room. An empty queue takes what is larger than its bounds too."""
        bounds = self._bounds
        return not self._texts or (
            self._texts + texts <= bounds.queue_texts and self._chars + chars <= bounds.queue_chars
        )

    def add(self, waiting: Waiting, *, explain: bool) -> None:
        """Take a message, behind those that are there."""
        if explain:
            self._append(self._explained, waiting)
        elif len(waiting.text) < _LONG_TEXT:
            self._append(self._plain, waiting)
        else:
            self._append(self._long, waiting)

    def next(self, calls: int) -> Batch | None:
        """Return what goes out in the next call: of the lane whose first has waited longest.

        Nothing, if only such messages wait as have all the calls that they may have. When the call
        is over, `ended` is to be told.

        Args:
            calls: How many there may be at once.
        """
        lanes = self._lanes() if self._slow < max(1, calls - 1) else (self._plain,)
        for lane in lanes:
            self._drop_done(lane)
        waiting = [lane for lane in lanes if lane]
        if not waiting:
            return None
        lane = min(waiting, key=lambda lane: lane[0].deadline)
        explain, slow = lane is self._explained, lane is not self._plain
        self._slow += slow
        most = self._bounds.call_texts
        return Batch(
            self._pop(lane, min(most, _EXPLAINED_TEXTS) if explain else most), explain, slow
        )

    def ended(self, batch: Batch) -> None:
        """Note that the call of a batch is over."""
        self._slow -= batch.slow

    def expired(self, now: float) -> list[Waiting]:
        """Remove and return those whose time is over."""
        late = []
        for lane in self._lanes():
            while lane and (lane[0].deadline <= now or lane[0].future.done()):
                late.append(self._pop_first(lane))
        return late

    def forget_done(self) -> None:
        """Remove those that gave up, wherever they stand."""
        for lane in self._lanes():
            for _ in range(len(lane)):
                waiting = self._pop_first(lane)
                if not waiting.future.done():
                    self._append(lane, waiting)

    def drain(self) -> list[Waiting]:
        """Remove and return all of them."""
        return [self._pop_first(lane) for lane in self._lanes() for _ in range(len(lane))]

    def deadlines(self) -> Iterator[float]:
        """Yield the first deadline of each lane in which anybody waits."""
        for lane in self._lanes():
            if lane:
                yield lane[0].deadline

    def _lanes(self) -> tuple[deque[Waiting], ...]:
        return self._plain, self._long, self._explained

    def _append(self, lane: deque[Waiting], waiting: Waiting) -> None:
        lane.append(waiting)
        self._texts += 1
        self._chars += len(waiting.text)

    def _pop(self, lane: deque[Waiting], most: int) -> list[Waiting]:
        batch = [self._pop_first(lane)]
        chars = len(batch[0].text)
        while lane and len(batch) < most:
            if not lane[0].future.done():
                chars += len(lane[0].text)
                if chars > self._bounds.call_chars:
                    break
                batch.append(lane[0])
            self._pop_first(lane)
        return batch

    def _pop_first(self, lane: deque[Waiting]) -> Waiting:
        waiting = lane.popleft()
        self._texts -= 1
        self._chars -= len(waiting.text)
        return waiting

    def _drop_done(self, lane: deque[Waiting]) -> None:
        while lane and lane[0].future.done():
            self._pop_first(lane)
