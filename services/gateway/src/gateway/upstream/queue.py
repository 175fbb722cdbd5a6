"""The messages that wait for the model: bounded, in the order in which they came."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.upstream.prediction import Prediction

Answer = tuple[Prediction, int]
"""A prediction, and which of its texts is meant."""

_EXPLAINED_TEXTS = 32
"""Most texts of a call that explains: an explanation costs some twenty times what a score does."""


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

    def alive(self) -> "Batch":
        """Return those of them that still wait: not cancelled, not expired."""
        return Batch([w for w in self.waiting if not w.future.done()], self.explain)

    def halves(self) -> "tuple[Batch, Batch]":
        """Return the older and the younger half of them."""
        middle = len(self.waiting) // 2
        older, younger = self.waiting[:middle], self.waiting[middle:]
        return Batch(older, self.explain), Batch(younger, self.explain)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much goes out in one call, and how much may wait."""

    call_texts: int
    call_chars: int
    """Code points; a text that is longer goes alone."""
    queue_texts: int
    queue_chars: int


class ModelQueue:
    """Two lanes, for explained messages go out in calls of their own; one set of bounds."""

    __slots__ = ("_bounds", "_chars", "_explained", "_plain")

    def __init__(self, bounds: Bounds) -> None:
        """Begin empty."""
        self._bounds = bounds
        self._plain: deque[Waiting] = deque()
        self._explained: deque[Waiting] = deque()
        self._chars = 0

    def __len__(self) -> int:
        """Return how many messages wait, those that gave up included until they are met."""
        return len(self._plain) + len(self._explained)

    def takes(self, texts: int, chars: int) -> bool:
        """Return whether there is room. An empty queue takes what is larger than its bounds too."""
        waiting = len(self._plain) + len(self._explained)
        bounds = self._bounds
        return not waiting or (
            waiting + texts <= bounds.queue_texts and self._chars + chars <= bounds.queue_chars
        )

    def add(self, waiting: Waiting, *, explain: bool) -> None:
        """Take a message, behind those that are there."""
        (self._explained if explain else self._plain).append(waiting)
        self._chars += len(waiting.text)

    def next(self) -> Batch | None:
        """Return what goes out in the next call: of the lane whose first has waited longest."""
        for lane in (self._plain, self._explained):
            self._drop_done(lane)
        plain, explained = self._plain, self._explained
        if explained and (not plain or explained[0].deadline < plain[0].deadline):
            most = min(self._bounds.call_texts, _EXPLAINED_TEXTS)
            return Batch(self._pop(explained, most), explain=True)
        return Batch(self._pop(plain, self._bounds.call_texts), explain=False) if plain else None

    def expired(self, now: float) -> list[Waiting]:
        """Remove and return those whose time is over."""
        late = []
        for lane in (self._plain, self._explained):
            while lane and (lane[0].deadline <= now or lane[0].future.done()):
                late.append(self._pop_first(lane))
        return late

    def forget_done(self) -> None:
        """Remove those that gave up, wherever they stand."""
        for lane in (self._plain, self._explained):
            for _ in range(len(lane)):
                waiting = self._pop_first(lane)
                if not waiting.future.done():
                    lane.append(waiting)
                    self._chars += len(waiting.text)

    def drain(self) -> list[Waiting]:
        """Remove and return all of them."""
        left = [*self._plain, *self._explained]
        self._plain.clear()
        self._explained.clear()
        self._chars = 0
        return left

    def deadlines(self) -> Iterator[float]:
        """Yield the first deadline of each lane in which anybody waits."""
        for lane in (self._plain, self._explained):
            if lane:
                yield lane[0].deadline

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
        self._chars -= len(waiting.text)
        return waiting

    def _drop_done(self, lane: deque[Waiting]) -> None:
        while lane and lane[0].future.done():
            self._pop_first(lane)
