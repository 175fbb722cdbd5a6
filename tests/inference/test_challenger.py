import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

import pytest
from prometheus_client import REGISTRY

from fixtures.models import FakeSource, ref
from inference.challenger import Challenger
from inference.slot import Model, Slot
from kit.background import in_background
from kit.oip import Explanation

TEXTS = "hamgate_inference_challenger_texts_total"
LABELS = "hamgate_inference_challenger_labels_total"
DIFFERENCES = "hamgate_inference_challenger_score_difference_bucket"


class FixedScorer:
    """Gives every text the same score, or breaks."""

    kind: Final = "compiled"

    def __init__(self, score: float | None) -> None:
        """Give this score."""
        self._score = score
        self.batches: list[int] = []

    def score(self, texts: Sequence[str]) -> list[float]:
        """Return the score of each text."""
        self.batches.append(len(texts))
        assert self._score is not None
        return [self._score] * len(texts)

    def explain(self, text: str) -> Explanation:
        """Explain nothing."""
        raise NotImplementedError(text)


def value(name: str, **labels: str) -> float:
    """The value of a metric."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def served(source: FakeSource) -> Model:
    """The model that serves, with the threshold 0.4."""
    return source.model(ref("1"))


@pytest.fixture
def slot() -> Slot:
    """The challenger's slot, with a model that gives 0.9."""
    slot = Slot()
    slot.swap(Model(ref("2"), FixedScorer(0.9), 0.5))
    return slot


@pytest.fixture
async def challenger(slot: Slot) -> AsyncIterator[Challenger]:
    """A challenger that takes all, and runs."""
    challenger = Challenger(slot, 1.0, queue_size=50)
    async with in_background(challenger.run()):
        yield challenger


async def counted(outcome: str, expected: float) -> None:
    """Wait until so many more texts have this outcome."""
    async with asyncio.timeout(10):
        while value(TEXTS, outcome=outcome) < expected:
            await asyncio.sleep(0.01)


async def test_a_text_is_compared_with_what_served_it(
    challenger: Challenger, served: Model
) -> None:
    """The labels by each one's own threshold, and how far the scores are apart."""
    scored = value(TEXTS, outcome="scored")
    same = value(LABELS, production="spam", challenger="spam")
    other = value(LABELS, production="ham", challenger="spam")
    close = value(DIFFERENCES, le="0.1")
    far = value(DIFFERENCES, le="1.0")
    challenger.offer(served, ["a", "b"], [0.85, 0.05])
    await counted("scored", scored + 2)
    assert value(LABELS, production="spam", challenger="spam") == same + 1
    assert value(LABELS, production="ham", challenger="spam") == other + 1
    assert value(DIFFERENCES, le="0.1") == close + 1
    assert value(DIFFERENCES, le="1.0") == far + 2


async def test_many_texts_are_scored_in_small_batches(
    challenger: Challenger, slot: Slot, served: Model
) -> None:
    """And long ones in smaller batches still."""
    assert slot.model
    scorer = slot.model.scorer
    assert isinstance(scorer, FixedScorer)
    scored = value(TEXTS, outcome="scored")
    challenger.offer(served, ["x"] * 40 + ["x" * 10_000] * 3, [0.5] * 43)
    await counted("scored", scored + 43)
    assert scorer.batches == [32, 9, 1, 1]


async def test_what_comes_beyond_the_queue_is_dropped(
    challenger: Challenger, served: Model
) -> None:
    """By number and by size, and counted."""
    dropped = value(TEXTS, outcome="dropped")
    challenger.offer(served, ["x"] * 60, [0.5] * 60)
    assert value(TEXTS, outcome="dropped") == dropped + 10
    few = Challenger(challenger._slot, 1.0, queue_size=50)
    few.offer(served, ["x" * 2**21] * 3, [0.5] * 3)
    assert value(TEXTS, outcome="dropped") == dropped + 11


async def test_a_challenger_that_breaks_breaks_nothing_else(
    challenger: Challenger, slot: Slot, served: Model
) -> None:
    """Its texts count as failed, and the next one is asked all the same."""
    failed, scored = value(TEXTS, outcome="failed"), value(TEXTS, outcome="scored")
    good = slot.model
    slot.swap(Model(ref("3"), FixedScorer(None), 0.5))
    challenger.offer(served, ["a"], [0.5])
    await counted("failed", failed + 1)
    slot.swap(good)
    challenger.offer(served, ["a"], [0.5])
    await counted("scored", scored + 1)


async def test_without_a_challenger_nothing_is_taken(slot: Slot, served: Model) -> None:
    """Nor when it is the version that serves, nor when the share is nothing."""
    empty = Challenger(Slot(), 1.0, queue_size=1)
    same = Slot()
    same.swap(served)
    before = [value(TEXTS, outcome=outcome) for outcome in ("scored", "dropped", "failed")]
    for challenger in (empty, Challenger(same, 1.0, 1), Challenger(slot, 0.0, 1)):
        challenger.offer(served, ["a", "b"], [0.5, 0.5])
        assert not challenger._waiting
    assert before == [value(TEXTS, outcome=outcome) for outcome in ("scored", "dropped", "failed")]


async def test_a_challenger_that_left_drops_what_waits(
    challenger: Challenger, slot: Slot, served: Model
) -> None:
    """Its alias may go at any moment."""
    dropped = value(TEXTS, outcome="dropped")
    challenger.offer(served, ["a"], [0.5])
    slot.swap(None)
    await counted("dropped", dropped + 1)
