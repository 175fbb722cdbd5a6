"""The report on a version: what the gate decides by, and what a reader of its run is told."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from trainer.system import SystemReport


@dataclass(frozen=True)
class Interval:
    """The ends of an interval of confidence."""

    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """Measures of some of the messages, or of all in another form."""

    messages: int
    spam: int
    f1: float
    precision: float
    recall: float
    ham_false_positive_rate: float


@dataclass(frozen=True)
class CalibrationReport:
    """How far the scores are probabilities."""

    brier: float
    """Mean square of the distance from the score to the truth, 0 or 1."""
    expected_error: float
    """Expected calibration error: mean distance from score to share of spam, over ten bins."""


@dataclass(frozen=True)
class DataReport:
    """What the evaluation's folds have in common, which they should not."""

    overlap: int
    """Messages that were tested by a model that was fitted on the same normalised text."""
    compared: int
    """Messages among which near-duplicates were looked for."""
    near_duplicates: int
    """Of these, messages that are nearly the same as another."""
    straddling: int
    """Of these, messages that are nearly the same as one in another fold."""


@dataclass(frozen=True)
class CostReport:
    """What the version costs whoever serves it."""

    milliseconds: float
    """CPU time to score one message, in milliseconds: the median of several rounds."""
    model_bytes: int
    """Size of the stored model file."""
    terms: int
    """Terms that the model knows."""


@dataclass(frozen=True)
class GoldenReport:
    """How the golden messages with a label are labelled."""

    labelled: int
    """Golden messages that have a label."""
    wrong: tuple[str, ...]
    """Those that the model labels otherwise."""


@dataclass(frozen=True)
class Report:
    """How good the procedure is (tuning, choice of threshold, fit), and what its version is like.

    All measures are of models that never saw the message that they label; `cost`, `golden` and
    `not_finite` are of the version itself.
    """

    messages: int
    """Messages that were judged."""
    spam: int
    fitted: int
    """Messages that the version was fitted on: these, and such as were never judged."""
    f1: float
    f1_standard_error: float
    f1_interval: Interval
    """The 95 % interval of F1."""
    precision: float
    recall: float
    ham_false_positive_rate: float
    calibration: CalibrationReport
    slices: dict[str, Measured]
    """Messages of one kind, by its name."""
    robustness: dict[str, Measured]
    """All messages, the spam among them disguised, by the name of the disguise."""
    data: DataReport
    cost: CostReport
    golden: GoldenReport
    not_finite: int
    """Coefficients of the version, and scores of it and of the evaluation, that are no numbers."""
    system: SystemReport
    """Rules and model together."""
    rule_shortfalls: tuple[str, ...]
    """By what the rule pack is below its bar, a line each."""


def metrics(report: Report) -> dict[str, float]:
    """Return every number of the model's report by a name that MLflow takes, `slices.long.f1`.

    The system's are left out: the run has them as `system_f1` and so on.
    """
    fields = asdict(report)
    del fields["system"], fields["rule_shortfalls"]
    fields["golden"]["wrong"] = len(report.golden.wrong)
    return dict(_flattened(fields, ""))


def _flattened(fields: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
