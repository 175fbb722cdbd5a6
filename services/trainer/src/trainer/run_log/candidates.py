"""The candidates: a run of its own for each, below the training's, and their comparison."""

import statistics
from collections.abc import Sequence

from trainer.run_log.tables import Columns
from trainer.tuning import Tuned

_FOLD_METRICS = ("f1", "precision", "recall", "fit_seconds")


def fold_series(tuned: Tuned) -> dict[str, list[float]]:
    """Return the metrics of a candidate's run that have a value for each fold, in their order."""
    return {f"fold_{name}": [getattr(fold, name) for fold in tuned.folds] for name in _FOLD_METRICS}


def means(tuned: Tuned) -> dict[str, float]:
    """Return the metrics of a candidate's run that have one value."""
    averaged = {
        f"mean_{name}": statistics.fmean(getattr(fold, name) for fold in tuned.folds)
        for name in _FOLD_METRICS
    }
    spread = statistics.stdev(fold.f1 for fold in tuned.folds)
    return {"cv_f1": tuned.f1, "cv_threshold": tuned.threshold, "std_f1": spread, **averaged}


def comparison(ranking: Sequence[Tuned]) -> Columns:
    """Return the candidates as a table, the best first."""
    rows = [means(tuned) for tuned in ranking]
    return {
        "candidate": [tuned.candidate.name for tuned in ranking],
        **{name: [row[name] for row in rows] for name in rows[0]},
    }
