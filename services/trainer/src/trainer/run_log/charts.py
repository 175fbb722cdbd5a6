"""The charts of a training: what each shows, made of scores, labels and candidates."""

from collections.abc import Sequence

import numpy as np

from trainer.learning.tuning import Tuned
from trainer.measures import Bools, Confusion, Floats
from trainer.report import CalibrationReport
from trainer.run_log.chart import CHOSEN, HAM, NEUTRAL, SPAM, Axis, Chart, Matrix, Series
from trainer.run_log.curves import Bin, PrecisionRecall, histogram
from trainer.run_log.learning import LearningPoint

MOST_POINTS = 400
"""Points of a curve that are drawn: more cannot be seen."""
MOST_CANDIDATES = 40
"""Candidates that are drawn, the best ones."""

_UNIT = (-0.02, 1.02)
"""From 0 to 1, with room for the marks at the ends."""


def precision_recall_chart(curve: PrecisionRecall, counts: Confusion) -> Chart:
    """Draw the curve, and where the thresholds that were really used put the model on it."""
    shown = _thinned(len(curve.recall))
    operating = f"operating point: precision {counts.precision:.3f}, recall {counts.recall:.3f}"
    return Chart(
        key="precision_recall",
        title=f"Precision and recall, average precision {curve.average_precision:.4f}",
        note="Each message scored by a model that never saw it. The operating point is what those "
        "models' own thresholds made of the messages.",
        x=Axis("recall: share of the spam that is caught", _UNIT),
        y=Axis("precision: share of what is called spam that is", _UNIT),
        series=(
            Series("every threshold", _of(curve.recall[shown]), _of(curve.precision[shown]), HAM,
                   "line"),
            Series(operating, (counts.recall,), (counts.precision,), SPAM, "marker"),
        ),
    )  # fmt: skip


def calibration_chart(bins: Sequence[Bin], report: CalibrationReport) -> Chart:
    """Draw the share of spam against the score, with 95 % intervals."""
    return Chart(
        key="calibration",
        title=f"Calibration: Brier score {report.brier:.4f}, error {report.expected_error:.4f}",
        note="On the diagonal a score is a probability. Ten bins of equal width; the bars are 95 % "
        "intervals, wide where few messages have such a score.",
        x=Axis("mean score of the bin", _UNIT),
        y=Axis("share of spam in the bin", _UNIT),
        series=(
            Series("perfectly calibrated", (0.0, 1.0), (0.0, 1.0), NEUTRAL, "dashed"),
            Series(
                "messages by score",
                tuple(one.score for one in bins),
                tuple(one.share for one in bins),
                HAM,
                "points",
                below=_gaps([one.low for one in bins], [one.share for one in bins]),
                above=_gaps([one.share for one in bins], [one.high for one in bins]),
            ),
        ),
    )


def score_chart(spam: Bools, scores: Floats, threshold: float) -> Chart:
    """Draw how many spam and ham messages have which score; shapes [messages]."""
    bars = histogram(spam, scores)
    highest = float(max(bars.spam.max(), bars.ham.max(), 1.0))
    return Chart(
        key="scores",
        title="Scores of spam and ham",
        note="What lies on the wrong side of the threshold is called wrongly. The counts are on a "
        "logarithmic scale, so that single messages are seen.",
        x=Axis("score", _UNIT),
        y=Axis("messages", (0.8, highest * 1.5), log=True),
        series=(
            Series("ham", _of(bars.centres), _of(bars.ham), HAM, "bars"),
            Series("spam", _of(bars.centres), _of(bars.spam), SPAM, "bars"),
            Series(f"threshold of the version, {threshold:.3f}", (threshold, threshold),
                   (0.8, highest * 1.5), NEUTRAL, "dashed"),
        ),
    )  # fmt: skip


def confusion_chart(counts: Confusion) -> Matrix:
    """Draw what became of spam and ham."""
    return Matrix(
        key="confusion",
        title=f"Right and wrong labels, F1 of spam {counts.f1:.4f}",
        note="Each message labelled by a model that never saw it, by that model's own threshold.",
        rows=("is spam", "is ham"),
        columns=("called spam", "called ham"),
        counts=((counts.true_spam, counts.false_ham), (counts.false_spam, counts.true_ham)),
    )


def learning_chart(points: Sequence[LearningPoint]) -> Chart:
    """Draw F1 against the messages that were fitted on."""
    f1 = tuple(point.f1 for point in points)
    return Chart(
        key="learning_curve",
        title="F1 by messages to learn from",
        note="Where it still rises at the right end, more messages would help. Mean of the folds; "
        "the bars are from the lowest to the highest.",
        x=Axis("messages fitted on"),
        y=Axis("F1 of spam"),
        series=(
            Series("candidate and threshold of the version",
                   tuple(float(point.messages) for point in points), f1, HAM, "line",
                   below=_gaps([point.low for point in points], f1),
                   above=_gaps(f1, [point.high for point in points])),
        ),
    )  # fmt: skip


def candidate_chart(ranking: Sequence[Tuned]) -> Chart:
    """Draw the candidates' F1, with that of each fold; the best is on top."""
    shown = list(reversed(ranking[:MOST_CANDIDATES]))
    rows = [(float(row), one) for row, one in enumerate(shown)]
    folds = [(fold.f1, row) for row, one in rows for fold in one.folds]
    best = rows.pop()
    return Chart(
        key="candidates",
        title="F1 of the candidates",
        note="By cross-validation on all messages. Flattering for the chosen one, since it was "
        "chosen by this very number: the other charts and the measures do not have that fault.",
        x=Axis("F1 of spam"),
        y=Axis("", ticks=tuple(one.candidate.name for one in shown)),
        series=(
            Series("one fold", *_columns(folds), NEUTRAL, "points"),
            Series("all folds", *_columns([(one.f1, row) for row, one in rows]), HAM, "marker"),
            Series("chosen", (best[1].f1,), (best[0],), CHOSEN, "marker"),
        ),
    )


def _thinned(count: int) -> list[int]:
    return sorted({int(place) for place in np.linspace(0, count - 1, min(count, MOST_POINTS))})


def _of(numbers: Floats) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


def _columns(rows: Sequence[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(x for x, _ in rows), tuple(y for _, y in rows)


def _gaps(lower: Sequence[float], upper: Sequence[float]) -> tuple[float, ...]:
    """Return how far apart they are; by rounding, an end may lie on the wrong side."""
    return tuple(max(high - low, 0.0) for low, high in zip(lower, upper, strict=True))
