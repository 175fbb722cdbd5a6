"""The learning curve: how F1 grows with the messages that a model is fitted on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import delayed

from trainer.errors import TooLittleData
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.parallel import spread
from trainer.learning.tuning import Advance, Indices, Texts, Tuned
from trainer.measures import Bools, Confusion

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
"""Parts of the training messages that are fitted on."""
FOLDS = 3
"""Outer folds that are used at most."""
MOST_MESSAGES = 20_000
"""Messages that are fitted on at most; as many are tested at most."""
_LEAST_OF_A_LABEL = 8


@dataclass(frozen=True)
class LearningPoint:
    """F1 at one size."""

    messages: int
    """That were fitted on, on average over the folds."""
    f1: float
    """Of spam, mean over the folds."""
    low: float
    """The lowest of a fold."""
    high: float


@dataclass(frozen=True)
class _Fold:
    texts: Texts
    spam: Bools
    test_texts: Texts
    test_spam: Bools


def learning_curve(
    texts: Texts,
    spam: Bools,
    outer: Sequence[tuple[Indices, Indices]],
    tuned: Tuned,
    *,
    jobs: int | None,
    advance: Advance,
) -> list[LearningPoint]:
    """Fit the chosen candidate on growing parts of outer folds, test it on the rest of each.

    Candidate and threshold are those of the version, at every size. A part is a random draw that
    keeps the labels' shares, and a larger part has the smaller one in it. Sizes at which a label
    has fewer than 8 messages are left out.

    Args:
        texts: As the model sees them, shape [messages].
        spam: Whether each is spam, shape [messages].
        outer: (train, test) splits by index.
        tuned: The chosen candidate.
        jobs: Processes; None for one a core.
        advance: Called once for each of `count_fits(outer)` pieces of work.
    """
    used = outer[:FOLDS]
    calls = (
        delayed(_f1)(fold, tuned)
        for number, split in enumerate(used)
        for fold in _growing(texts, spam, split, np.random.default_rng(number))
    )
    results = []
    for result in spread(calls, jobs):
        results.append(result)
        advance()
    # Fold after fold, each with all sizes.
    points = (_point(results[size :: len(SHARES)]) for size in range(len(SHARES)))
    return [point for point in points if point]


def count_fits(outer_folds: int) -> int:
    """Return how many pieces of work `learning_curve` does."""
    return min(outer_folds, FOLDS) * len(SHARES)


def _growing(
    texts: Texts, spam: Bools, split: tuple[Indices, Indices], draw: np.random.Generator
) -> Iterator[_Fold]:
    """Yield the parts of one fold, the smallest first."""
    train, test = (draw.permutation(part)[:MOST_MESSAGES] for part in split)
    labels = [train[spam[train]], train[~spam[train]]]
    for share in SHARES:
        part = np.concatenate([label[: round(share * len(label))] for label in labels])
        yield _Fold(texts[part], spam[part], texts[test], spam[test])


def _f1(fold: _Fold, tuned: Tuned) -> tuple[int, float] | None:
    """Return the size and F1, or None where the part is too small to fit on."""
    counts = (int(fold.spam.sum()), int((~fold.spam).sum()))
    if min(counts) < _LEAST_OF_A_LABEL:
        return None
    try:
        pipeline = fit(fold.texts, fold.spam, tuned)
    except TooLittleData:
        return None
    called = spam_scores(pipeline, fold.test_texts) >= tuned.threshold
    return sum(counts), Confusion.of(fold.test_spam, called).f1


def _point(results: Sequence[tuple[int, float] | None]) -> LearningPoint | None:
    """Return the point of one size from its folds; None if a fold has none."""
    found = [result for result in results if result]
    if len(found) < len(results):
        return None
    f1 = [one for _, one in found]
    size = round(sum(messages for messages, _ in found) / len(found))
    return LearningPoint(size, sum(f1) / len(f1), min(f1), max(f1))
