"""The candidates: what the run of each has, and their comparison."""

import statistics
from collections.abc import Mapping, Sequence

from trainer.learning.tuning import Tuned
from trainer.run_log.tables import Columns

_FOLD_METRICS = ("f1", "precision", "recall", "fit_seconds")


def fold_series(tuned: Tuned) -> dict[str, Mapping[int, float]]:
    """Return the metrics that have a value for each inner fold, by the fold's number."""
    return {
        f"fold_{name}": {step: getattr(fold, name) for step, fold in enumerate(tuned.folds)}
        for name in _FOLD_METRICS
    }


def summary(tuned: Tuned) -> dict[str, float]:
    """Return the metrics that have one value; `cv_f1` is over all folds' messages at once."""
    means = {
        f"mean_{name}": statistics.fmean(getattr(fold, name) for fold in tuned.folds)
        for name in _FOLD_METRICS
    }
    spread = statistics.stdev(fold.f1 for fold in tuned.folds)
    return {"cv_f1": tuned.f1, "cv_threshold": tuned.threshold, "std_f1": spread, **means}


def comparison(ranking: Sequence[Tuned]) -> Columns:
    """Return the candidates as a table, the best first."""
    rows = [summary(tuned) for tuned in ranking]
    return {
        "candidate": [tuned.candidate.name for tuned in ranking],
        **{name: [row[name] for row in rows] for name in rows[0]},
    }
