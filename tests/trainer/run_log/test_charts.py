import numpy as np
import pytest

from trainer.measures import Confusion
from trainer.report import CalibrationReport
from trainer.run_log.charts import (
    MOST_POINTS,
    calibration_chart,
    confusion_chart,
    learning_chart,
    precision_recall_chart,
    score_chart,
)
from trainer.run_log.curves import precision_recall, reliability
from trainer.run_log.learning import LearningPoint

SPAM = np.array([True, True, False, False, False])
SCORES = np.array([0.95, 0.2, 0.6, 0.1, 0.05])
COUNTS = Confusion.of(SPAM, SCORES >= 0.5)


def test_the_operating_point_is_what_the_labels_say() -> None:
    """Half of the spam is caught, and half of what is called spam is."""
    curve, point = precision_recall_chart(precision_recall(SPAM, SCORES), COUNTS).series
    assert (curve.x, curve.y) == ((0.5, 0.5, 1.0, 1.0, 1.0), (1.0, 0.5, 2 / 3, 0.5, 0.4))
    assert (point.x, point.y) == ((0.5,), (0.5,))
    assert "precision 0.500, recall 0.500" in point.name


def test_a_curve_of_many_messages_is_thinned_and_keeps_its_ends() -> None:
    """A page with a million points would not open."""
    draw = np.random.default_rng(0)
    spam, scores = draw.random(50_000) < 0.5, draw.random(50_000)
    full = precision_recall(spam, scores)
    curve = precision_recall_chart(full, COUNTS).series[0]
    assert len(curve.x) == MOST_POINTS
    assert (curve.x[0], curve.x[-1]) == (full.recall[0], 1.0)


def test_calibration_has_its_intervals() -> None:
    """None of them reaches down or up by less than nothing, nor out of [0, 1]."""
    bins = reliability(SPAM, SCORES)
    chart = calibration_chart(bins, CalibrationReport(0.125, 0.25))
    assert "Brier score 0.1250, error 0.2500" in chart.title
    diagonal, points = chart.series
    assert (diagonal.x, diagonal.y) == ((0.0, 1.0), (0.0, 1.0))
    assert points.x == pytest.approx((0.05, 0.1, 0.2, 0.6, 0.95))
    assert points.y == (0.0, 0.0, 1.0, 0.0, 1.0)
    assert min(*points.below, *points.above) >= 0
    assert all(y - down >= 0 for y, down in zip(points.y, points.below, strict=True))
    assert all(y + up <= 1 for y, up in zip(points.y, points.above, strict=True))


def test_scores_of_spam_and_ham_and_the_threshold() -> None:
    """All messages are in the bars."""
    ham, spam, threshold = score_chart(SPAM, SCORES, 0.5).series
    assert (ham.name, sum(ham.y)) == ("ham", 3)
    assert (spam.name, sum(spam.y)) == ("spam", 2)
    assert threshold.x == (0.5, 0.5)


def test_the_confusion_matrix_has_the_four_counts() -> None:
    """Rows are the truth, columns the label."""
    matrix = confusion_chart(Confusion(true_spam=1, false_spam=2, false_ham=3, true_ham=4))
    assert (matrix.rows, matrix.columns) == (("is spam", "is ham"), ("called spam", "called ham"))
    assert matrix.counts == ((1, 3), (2, 4))


def test_the_learning_curve_has_its_folds() -> None:
    """The mean is drawn, with bars to the lowest and the highest."""
    [series] = learning_chart(
        [LearningPoint(100, 0.9, 0.8, 0.95), LearningPoint(200, 0.95, 0.95, 0.95)]
    ).series
    assert (series.x, series.y) == ((100.0, 200.0), (0.9, 0.95))
    assert series.below == pytest.approx((0.1, 0.0))
    assert series.above == pytest.approx((0.05, 0.0))
