"""The threshold: from which calibrated probability on a message is called spam."""

import numpy as np

from trainer.measures import Bools, Floats

_LEAST, _MOST = np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0)


def choose_threshold(spam: Bools, scores: Floats, max_ham_false_positive_rate: float) -> float:
    """Return the threshold for F1, under a ceiling on the ham that is called spam; within (0, 1).

    Half the largest F1 that the probabilities themselves let expect (Lipton, Elkan and
    Naryanaswamy, Optimal thresholding of classifiers to maximize F1 measure, 2014): it depends on
    all scores, where the F1 on the labels peaks at the whim of a few messages. Raised until no
    larger share of the ham reaches it than allowed.

    Args:
        spam: Whether each message is spam, shape [messages].
        scores: Their calibrated probabilities of spam, by models that never saw them, same shape.
        max_ham_false_positive_rate: The largest share of the ham that may reach the threshold.
    """
    wanted = max(expected_f1(scores) / 2, _floor(scores[~spam], max_ham_false_positive_rate))
    return float(np.clip(wanted, _LEAST, _MOST))


def expected_f1(scores: Floats) -> float:
    """Return the largest F1 to expect of any threshold, if `scores` are the probabilities of spam.

    The expected counts take the place of counts, which is exact as messages grow many.
    """
    ranked = np.sort(scores)[::-1]
    called = np.arange(1, len(ranked) + 1)
    return float(np.max(2 * np.cumsum(ranked) / (called + ranked.sum())))


def _floor(ham_scores: Floats, rate: float) -> float:
    """Return the least threshold that not more than `rate` of the ham reaches."""
    allowed = int(rate * len(ham_scores))
    if allowed >= len(ham_scores):
        return 0.0
    return float(np.nextafter(np.sort(ham_scores)[::-1][allowed], 1.0))
