import pytest

from trainer.learning.calibration import Calibration
from trainer.learning.search_space import Candidate, Features
from trainer.learning.tuning import FoldMeasures, Tuned
from trainer.run_log.candidates import comparison, fold_series, summary

TUNED = Tuned(
    Candidate(Features(word=(1, 2)), 3.0), 0.4, Calibration(1.5, 0.25), 0.95,
    (FoldMeasures(0.9, 0.8, 1.0, 2.0), FoldMeasures(1.0, 1.0, 1.0, 4.0)),
)  # fmt: skip


def test_each_fold_has_its_values() -> None:
    """By its number."""
    assert fold_series(TUNED) == {
        "fold_f1": {0: 0.9, 1: 1.0},
        "fold_precision": {0: 0.8, 1: 1.0},
        "fold_recall": {0: 1.0, 1: 1.0},
        "fold_fit_seconds": {0: 2.0, 1: 4.0},
    }


def test_means_and_the_spread_over_the_folds() -> None:
    """Beside what was found on all folds' messages at once."""
    assert summary(TUNED) == pytest.approx(
        {
            "cv_f1": 0.95, "cv_threshold": 0.4, "std_f1": 0.005**0.5,
            "mean_f1": 0.95, "mean_precision": 0.9, "mean_recall": 1.0, "mean_fit_seconds": 3.0,
        }
    )  # fmt: skip


def test_the_comparison_is_a_row_a_candidate() -> None:
    """In the order of the ranking."""
    table = comparison([TUNED, TUNED])
    assert table["candidate"] == [TUNED.candidate.name] * 2
    assert table["cv_f1"] == [0.95, 0.95]
    assert set(table) == {"candidate", *summary(TUNED)}
