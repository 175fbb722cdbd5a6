"""Measures of a binary classifier, spam being the positive class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_BOOTSTRAP_SAMPLES = 10_000


@dataclass(frozen=True)
class Confusion:
    """Counts of right and wrong labels."""

    true_spam: int
    false_spam: int
    false_ham: int
    true_ham: int

    @classmethod
    def of(cls, spam: Bools, predicted: Bools) -> "Confusion":
        """Count `predicted` against the truth `spam`; both of shape [messages]."""
        return cls(
            int((spam & predicted).sum()),
            int((~spam & predicted).sum()),
            int((spam & ~predicted).sum()),
            int((~spam & ~predicted).sum()),
        )

    @property
    def precision(self) -> float:
        """Share of the messages called spam that are spam; 0 if none was called so."""
        return ratio(self.true_spam, self.true_spam + self.false_spam)

    @property
    def recall(self) -> float:
        """Share of the spam that was called spam."""
        return ratio(self.true_spam, self.true_spam + self.false_ham)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return ratio(2 * self.true_spam, 2 * self.true_spam + self.false_spam + self.false_ham)

    @property
    def ham_false_positive_rate(self) -> float:
        """Share of the ham that was called spam."""
        return ratio(self.false_spam, self.false_spam + self.true_ham)

    def f1_standard_error(self, seed: int) -> float:
        """Return the bootstrap standard error of F1: messages drawn anew with replacement.

        Drawing messages is drawing the four counts from a multinomial distribution (Efron and
        Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6).
        """
        counts = np.array([self.true_spam, self.false_spam, self.false_ham, self.true_ham])
        draws = np.random.default_rng(seed).multinomial(
            counts.sum(), counts / counts.sum(), _BOOTSTRAP_SAMPLES
        )
        hits = 2 * draws[:, 0]
        total = np.maximum(hits + draws[:, 1] + draws[:, 2], 1)
        return float(np.std(hits / total, ddof=1))


def ratio(part: int, whole: int) -> float:
    """Return `part / whole`, or 0 where there is nothing to take a part of."""
    return part / whole if whole else 0.0
