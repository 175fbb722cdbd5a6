"""What is read off scores of messages that the scoring model never saw: curves and their sums."""

from dataclasses import dataclass

import numpy as np

from trainer.measures import Bools, Floats

_Z95 = 1.959963984540054
"""Quantile of the normal distribution that leaves 2.5 % above it."""


@dataclass(frozen=True)
class PrecisionRecall:
    """Precision and recall at every threshold, the highest threshold first."""

    recall: Floats
    precision: Floats
    average_precision: float
    """Area under the steps: the mean of precision over recall."""


@dataclass(frozen=True)
class Bin:
    """Messages whose scores are close together."""

    messages: int
    score: float
    """Mean of the scores."""
    share: float
    """Share of spam among the messages."""
    low: float
    """Lower end of the share's 95 % interval."""
    high: float


@dataclass(frozen=True)
class Histogram:
    """Counts of scores in bins of equal width over [0, 1]."""

    centres: Floats
    spam: Floats
    ham: Floats


def precision_recall(spam: Bools, scores: Floats) -> PrecisionRecall:
    """Return the curve of `scores` against the truth; both of shape [messages]."""
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(spam[order])
    # A threshold lies only between different scores.
    last = np.flatnonzero(np.append(ranked[:-1] != ranked[1:], True))
    precision = hits[last] / (last + 1)
    recall = hits[last] / max(int(spam.sum()), 1)
    steps = np.diff(recall, prepend=0.0)
    return PrecisionRecall(recall, precision, float(steps @ precision))


def reliability(spam: Bools, scores: Floats, bins: int = 10) -> tuple[Bin, ...]:
    """Return how often messages are spam, by score, in those of `bins` that have messages.

    The bins are of equal width, and in rising order of the score.
    """
    places = np.minimum((scores * bins).astype(np.intp), bins - 1)
    return tuple(
        _bin(spam[places == place], scores[places == place]) for place in np.unique(places)
    )


def histogram(spam: Bools, scores: Floats, bins: int = 40) -> Histogram:
    """Return how many spam and ham messages have which score."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    counted = [np.histogram(scores[which], edges)[0].astype(np.float64) for which in (spam, ~spam)]
    return Histogram((edges[:-1] + edges[1:]) / 2, counted[0], counted[1])


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson, JASA 22, 1927); `of` is above 0."""
    share, weight = hits / of, _Z95**2 / of
    centre = (share + weight / 2) / (1 + weight)
    half = _Z95 / (1 + weight) * np.sqrt(share * (1 - share) / of + weight / (4 * of))
    return float(max(centre - half, 0.0)), float(min(centre + half, 1.0))


def _bin(spam: Bools, scores: Floats) -> Bin:
    hits = int(spam.sum())
    low, high = wilson(hits, len(spam))
    return Bin(len(spam), float(scores.mean()), hits / len(spam), low, high)
