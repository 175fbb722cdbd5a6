"""The bootstrap of F1: how far it would move on other messages from the same source.

Drawing messages with replacement is drawing the counts of right and wrong labels from a multinomial
distribution, so a draw costs the same for any number of messages. Source: Efron and Tibshirani, An
Introduction to the Bootstrap, 1993, chapters 6 (standard error) and 13 (percentile interval).
"""

import numpy as np
from numpy.typing import NDArray

from trainer.measures import Bools, Confusion, Floats
from trainer.report import Interval

CONFIDENCE = 0.95
"""Share of the draws that lie within an interval."""

Counts = NDArray[np.int64]

_SAMPLES = 10_000


def f1_interval(confusion: Confusion, seed: int) -> Interval:
    """Return the percentile interval of F1."""
    counts = np.array(
        [confusion.true_spam, confusion.false_spam, confusion.false_ham, confusion.true_ham]
    )
    draws = np.random.default_rng(seed).multinomial(
        counts.sum(), counts / counts.sum(), size=_SAMPLES
    )
    low, high = np.quantile(f1_of(draws), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))


def f1_differences(spam: Bools, first: Bools, second: Bools, seed: int) -> Floats:
    """Return draws of the F1 of `first` less that of `second`, labels of the same messages.

    The messages are drawn, each with both its labels, so what makes a message hard is in both.
    Shapes: [messages] each; returned is [draws], in rising order.
    """
    cells = np.bincount(4 * spam + 2 * first + second, minlength=8)
    draws = np.random.default_rng(seed).multinomial(cells.sum(), cells / cells.sum(), _SAMPLES)
    ham, caught = draws[:, :4], draws[:, 4:]
    one = np.stack(
        [caught[:, 2:].sum(1), ham[:, 2:].sum(1), caught[:, :2].sum(1)],
        axis=1,
    )
    other = np.stack(
        [caught[:, 1::2].sum(1), ham[:, 1::2].sum(1), caught[:, ::2].sum(1)],
        axis=1,
    )
    return np.sort(f1_of(one) - f1_of(other))


def f1_of(counts: Counts) -> Floats:
    """Return F1 of counts of true spam, false spam and false ham, shape [..., at least 3] → [...].

    Without spam, in truth and in what is called so, F1 is 0.
    """
    hits = 2 * counts[..., 0]
    scores: Floats = hits / np.maximum(hits + counts[..., 1] + counts[..., 2], 1)
    return scores
