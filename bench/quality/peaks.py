"""The threshold at the peak of F1 on labelled scores: what ours is compared with."""

import numpy as np

from trainer.measures import Bools, Floats

_LEAST, _MOST = np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0)


def best_threshold(spam: Bools, scores: Floats) -> tuple[float, float]:
    """Return the threshold that gives the largest F1, and that F1.

    A score at or above the threshold is spam. It lies half-way between two scores where there is
    a number between them, so that no message sits on it, and always within (0, 1): clipped to that
    where a score is 0 or 1 itself, the F1 can be another. Shapes: [messages].
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    hits = np.cumsum(spam[order])
    called = np.arange(1, len(ranked) + 1)
    f1 = 2 * hits / (called + spam.sum())
    # Only between different scores can a threshold be put.
    f1[:-1][ranked[:-1] == ranked[1:]] = -1.0
    best = int(np.argmax(f1))
    below = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    middle = (ranked[best] + below) / 2
    # Between neighbouring floating-point numbers there is none; then the upper one itself.
    threshold = middle if middle > below else ranked[best]
    return float(np.clip(threshold, _LEAST, _MOST)), float(f1[best])
