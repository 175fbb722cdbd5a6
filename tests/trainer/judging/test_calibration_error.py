import math

import numpy as np
from sklearn.metrics import brier_score_loss

from trainer.judging.calibration_error import calibration_report


def test_scores_that_are_shares_have_no_error() -> None:
    """A quarter of the messages with score 0.25 is spam, and so on."""
    scores = np.repeat([0.25, 0.75], 400)
    spam = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert calibration_report(spam, scores).expected_error == 0.0


def test_the_error_is_the_mean_distance() -> None:
    """Scores 0.2 too high for one half and right for the other: 0.1."""
    scores = np.repeat([0.45, 0.75], 400)
    spam = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert math.isclose(calibration_report(spam, scores).expected_error, 0.1)


def test_brier_is_scikit_learns() -> None:
    """The mean square of score less truth; scores of 0 and 1 have a bin."""
    rng = np.random.default_rng(0)
    scores = np.concatenate([[0.0, 1.0], rng.random(500)])
    spam = rng.random(502) < scores
    assert math.isclose(calibration_report(spam, scores).brier, brier_score_loss(spam, scores))


def test_a_score_that_is_no_number_makes_no_number() -> None:
    """It is not left out of the mean."""
    report = calibration_report(np.array([True, False]), np.array([math.nan, 0.1]))
    assert math.isnan(report.brier)
    assert math.isnan(report.expected_error)
