"""Scoring a sample of the texts with the challenger too, off the way of the requests."""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from inference import metrics
from inference.slot import Model, Slot

log = structlog.get_logger(__name__)

_BATCH_TEXTS = 32
_BATCH_CHARS = 16 * 1024
"""Code points of a batch: some milliseconds of a core at most, unless one text alone is longer."""
_QUEUE_CHARS = 4 * 1024 * 1024
"""Code points of all that wait, however few texts they are: it bounds memory."""
_PAUSE_SECONDS = 0.1
"""Between batches: 320 texts a second at most, whatever comes in."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that was served, with its score and what it was called."""

    text: str
    score: float
    label: str


class Challenger:
    """Compares the model in a slot of its own with what served."""

    def __init__(self, slot: Slot, share: float, queue_size: int) -> None:
        """Score a `share` (0 to 1) of what is offered with the model in `slot`, if one is there.

        Of the samples at most `queue_size` wait; those that come beyond are dropped.
        """
        self._slot = slot
        self._share = share
        self._queue_size = queue_size
        self._waiting: deque[Sample] = deque()
        self._chars = 0
        self._arrived = asyncio.Event()

    def offer(self, served: Model, texts: Sequence[str], scores: Sequence[float]) -> None:
        """Take of the texts that `served` gave these scores what chance and the queue want."""
        challenger = self._slot.model
        if challenger is None or challenger.ref == served.ref:
            return
        for text, score in zip(texts, scores, strict=True):
            if random.random() < self._share:  # noqa: S311  no secret
                self._take(Sample(text, score, served.label(score)))

    async def run(self) -> None:
        """Score what was taken, batch after batch, until cancelled."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(_PAUSE_SECONDS)
            await self._score(self._next_batch())

    def _take(self, sample: Sample) -> None:
        chars = len(sample.text)
        if len(self._waiting) >= self._queue_size or self._chars + chars > _QUEUE_CHARS:
            metrics.CHALLENGER_TEXTS.labels("dropped").inc()
            return
        self._waiting.append(sample)
        self._chars += chars
        self._arrived.set()

    def _next_batch(self) -> list[Sample]:
        batch = [self._waiting.popleft()]
        chars = len(batch[0].text)
        while self._waiting and len(batch) < _BATCH_TEXTS:
            if chars + len(self._waiting[0].text) > _BATCH_CHARS:
                break
            batch.append(self._waiting.popleft())
            chars += len(batch[-1].text)
        self._chars -= chars
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _score(self, batch: list[Sample]) -> None:
        model = self._slot.model
        if model is None:  # its alias is gone
            metrics.CHALLENGER_TEXTS.labels("dropped").inc(len(batch))
            return
        try:
            texts = [sample.text for sample in batch]
            scores = await asyncio.to_thread(model.scorer.score, texts)
        except Exception:
            # Scoring must not end for the rest of the process's life.
            log.exception("challenger_broke", version=model.version)
            metrics.CHALLENGER_TEXTS.labels("failed").inc(len(batch))
            return
        metrics.CHALLENGER_TEXTS.labels("scored").inc(len(batch))
        for sample, score in zip(batch, scores, strict=True):
            metrics.CHALLENGER_LABELS.labels(sample.label, model.label(score)).inc()
            metrics.CHALLENGER_SCORE_DIFFERENCE.observe(abs(score - sample.score))
