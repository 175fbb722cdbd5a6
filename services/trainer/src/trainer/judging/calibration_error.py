"""How far scores are from probabilities."""

import numpy as np

from trainer.measures import Bools, Floats
from trainer.report import CalibrationReport

_BINS = 10


def calibration_report(spam: Bools, scores: Floats) -> CalibrationReport:
    """Return Brier score and expected calibration error of `scores`; both of shape [messages].

    Sources: Brier, Monthly Weather Review 78, 1950; Naeini, Cooper and Hauskrecht, AAAI 2015, with
    ten bins of equal width. A score that is no number makes both so.
    """
    if not np.isfinite(scores).all():
        return CalibrationReport(float("nan"), float("nan"))
    bins = np.minimum((scores * _BINS).astype(np.intp), _BINS - 1)
    truth = np.bincount(bins, weights=spam, minlength=_BINS)
    told = np.bincount(bins, weights=scores, minlength=_BINS)
    return CalibrationReport(
        brier=float(np.mean((scores - spam) ** 2)),
        expected_error=float(np.abs(truth - told).sum() / len(scores)),
    )
