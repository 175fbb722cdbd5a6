"""The choice of the factor, given the scores with each of them: pure functions."""

from collections.abc import Mapping, Sequence

import numpy as np

from trainer.feedback.policy import Validation
from trainer.feedback.report import Trial
from trainer.learning.calibration import calibrate, probabilities
from trainer.learning.threshold import choose_threshold
from trainer.measures import Bools, Confusion, Floats

_BOOTSTRAP_SAMPLES = 10_000
_LEAST = 1e-12
"""A score is taken for no nearer to 0 or 1, where it has no logit."""


def compare(
    scores: Mapping[float, Floats], spam: Bools, max_ham_false_positive_rate: float, seed: int
) -> tuple[Trial, ...]:
    """Return the trial of each factor, with the calibration and threshold that a training chooses.

    Those are of the model that is fitted with feedback: by those of the model without it, feedback
    that only moves all scores a little would seem to do harm.

    Args:
        scores: The probability of spam of the same messages by factor, 0 among them; [messages].
        spam: Whether each is spam, shape [messages].
        max_ham_false_positive_rate: As for `choose_threshold`.
        seed: Of the bootstrap.
    """
    called = {
        factor: _called_spam(spam, its, max_ham_false_positive_rate)
        for factor, its in scores.items()
    }
    without = Confusion.of(spam, called[0]).f1
    trials = []
    for factor, labels in called.items():
        f1 = Confusion.of(spam, labels).f1
        error = difference_error(spam, called[0], labels, seed)
        trials.append(Trial(factor, f1, f1 - without, error))
    return tuple(trials)


def _called_spam(spam: Bools, scores: Floats, max_ham_false_positive_rate: float) -> Bools:
    inner = np.clip(scores, _LEAST, 1 - _LEAST)
    logits = np.log(inner) - np.log1p(-inner)
    calibrated = probabilities(calibrate(spam, logits).apply(logits))
    called: Bools = calibrated >= choose_threshold(spam, calibrated, max_ham_false_positive_rate)
    return called


def choose(trials: Sequence[Trial], policy: Validation) -> float:
    """Return the largest factor that is bearable; 0 always is."""
    return max(trial.factor for trial in trials if bearable(trial, policy))


def bearable(trial: Trial, policy: Validation) -> bool:
    """Return whether F1 is not worse than without feedback by more than the policy allows.

    It must be within the noise and small: on a small corpus the noise alone would allow too much,
    and on a large one a small loss on old messages is the price of learning new ones.
    """
    most = min(policy.max_standard_errors * trial.standard_error, policy.max_loss)
    return trial.difference >= -most


def difference_error(spam: Bools, one: Bools, other: Bools, seed: int) -> float:
    """Return the bootstrap standard error of the difference in F1 of two labellings.

    Both label the same messages, so messages are drawn with both of their labels: what makes a
    message hard for both does not make the difference uncertain. Shapes: [messages].
    """
    cells = np.bincount(4 * spam + 2 * one + other, minlength=8)
    draws = np.random.default_rng(seed).multinomial(
        cells.sum(), cells / cells.sum(), _BOOTSTRAP_SAMPLES
    )
    spams = draws[:, 4:].sum(axis=1)
    f1 = []
    for right, called in (([6, 7], [2, 3, 6, 7]), ([5, 7], [1, 3, 5, 7])):
        total = np.maximum(spams + draws[:, called].sum(axis=1), 1)
        f1.append(2 * draws[:, right].sum(axis=1) / total)
    return float(np.std(f1[1] - f1[0], ddof=1))
