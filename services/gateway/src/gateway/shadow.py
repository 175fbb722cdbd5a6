"""Shadow scoring: some of what the rules decide is shown to the model too, and compared."""

import asyncio
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from gateway import metrics
from gateway.errors import ModelUnavailable, TextRefused
from gateway.schemas import Label
from gateway.upstream.client import Predictor
from rules.pack import Rule

log = structlog.get_logger(__name__)

_BATCH_TEXTS = 32
_BATCH_CHARS = 256 * 1024
"""Code points of a batch: at most 1.5 MiB as JSON, where the model server takes 4."""
_QUEUE_CHARS = 4 * 1024 * 1024
"""Code points of all that wait, however few messages they are: it bounds memory."""
_PAUSE_SECONDS = 0.1
"""Between batches: 320 messages a second at most, in few calls, whatever comes in."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A message that rules decided, and which enforced rules hit it."""

    text: str
    hits: tuple[Rule, ...]


class ShadowScoring:
    """Asks the model about a share of the early exits, off the way of the requests.

    Only enforced rules are compared here: a shadow rule is compared on the messages that the
    model decides (`count_agreement`), so that either count is of messages of one kind.
    """

    def __init__(
        self, predictor: Predictor, share: float, queue_size: int, retry_seconds: float = 5.0
    ) -> None:
        """Ask `predictor` about a `share` (0 to 1) of what is offered.

        Args:
            predictor: What answers for the model.
            share: The part of the messages that is sampled, each by chance.
            queue_size: How many messages may wait; those that come beyond are dropped.
            retry_seconds: How long a model that gave no answer is left alone.
        """
        self._predictor = predictor
        self._share = share
        self._queue_size = queue_size
        self._retry_seconds = retry_seconds
        self._waiting: deque[Sample] = deque()
        self._chars = 0
        self._arrived = asyncio.Event()

    def offer(self, text: str, hits: Iterable[Rule]) -> None:
        """Take a message that rules decided, or leave it, as chance and the queue want it."""
        if random.random() >= self._share:  # noqa: S311  no secret
            return
        if len(self._waiting) >= self._queue_size or self._chars + len(text) > _QUEUE_CHARS:
            metrics.SHADOW_MESSAGES.labels("dropped").inc()
            return
        enforced = tuple(rule for rule in hits if rule.state == "enforce")
        self._waiting.append(Sample(text, enforced))
        self._chars += len(text)
        self._arrived.set()

    async def run(self) -> None:
        """Score what was taken, batch after batch, until cancelled."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(_PAUSE_SECONDS)
            if not await self._score(self._next_batch()):
                await asyncio.sleep(self._retry_seconds)

    def _next_batch(self) -> list[Sample]:
        batch = [self._pop()]
        chars = len(batch[0].text)
        while self._waiting and len(batch) < _BATCH_TEXTS:
            chars += len(self._waiting[0].text)
            if chars > _BATCH_CHARS:
                break
            batch.append(self._pop())
        if not self._waiting:
            self._arrived.clear()
        return batch

    def _pop(self) -> Sample:
        sample = self._waiting.popleft()
        self._chars -= len(sample.text)
        return sample

    async def _score(self, batch: list[Sample]) -> bool:
        """Compare the model's labels with the rules' verdicts; return whether there were any."""
        try:
            texts = [sample.text for sample in batch]
            prediction = await self._predictor.predict(texts, explain=False)
        except (ModelUnavailable, TextRefused):
            metrics.SHADOW_MESSAGES.labels("failed").inc(len(batch))
            return False
        except Exception:
            # A fault of ours: scoring must not end for the rest of the process's life.
            log.exception("shadow_scoring_broke")
            metrics.SHADOW_MESSAGES.labels("failed").inc(len(batch))
            return False
        metrics.SHADOW_MESSAGES.labels("scored").inc(len(batch))
        for sample, label in zip(batch, prediction.labels, strict=True):
            count_agreement(sample.hits, label)
        return True


def count_agreement(hits: Iterable[Rule], label: Label) -> None:
    """Count for each rule that hit a message whether the model's label is the rule's verdict."""
    for rule in hits:
        agree, disagree = metrics.rule_agreement(rule.id, rule.state)
        (agree if rule.verdict == label else disagree).inc()
