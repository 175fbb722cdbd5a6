"""What is logged of a training, in one place, and the numbers that people are shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainer.dataset.corpus import Corpus
from trainer.gate.decision import Decision
from trainer.judging.reporting import Trained
from trainer.learning.search_space import SearchSpace
from trainer.learning.tuning import Tuned
from trainer.measures import Confusion
from trainer.report import Report
from trainer.run_log.curves import PrecisionRecall, wilson
from trainer.run_log.page import Measure


@dataclass(frozen=True)
class Facts:
    """A training whose version is judged and not yet registered."""

    corpus: Corpus
    space: SearchSpace
    trained: Trained
    report: Report
    decision: Decision
    rules: str
    """Name and version of the rule pack."""
    feedback: Mapping[str, object] = field(default_factory=dict)
    """What was taken of what users reported, and what was not."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it was trained with: commit, packages, platform."""

    @property
    def best(self) -> Tuned:
        """The chosen candidate."""
        return self.trained.evaluated.ranking[0]

    @property
    def counts(self) -> Confusion:
        """What became of the messages, by models that never saw them."""
        return Confusion.of(self.trained.spam, self.trained.evaluated.called_spam)

    @property
    def subtitle(self) -> str:
        """Which training it is, in a line."""
        return f"{self.corpus.source}, {self.best.candidate.name}, seed {self.trained.seed}"


def measures(facts: Facts, curve: PrecisionRecall) -> tuple[Measure, ...]:
    """Return the measures as they are shown, with 95 % intervals where there are any."""
    report, system, counts = facts.report, facts.report.system, facts.counts
    interval, calibration = report.f1_interval, report.calibration
    called = counts.true_spam + counts.false_spam
    ham = counts.false_spam + counts.true_ham
    return (
        Measure("F1 of spam", f"{report.f1:.4f}", _ends(interval.low, interval.high)),
        _share("precision", counts.true_spam, called),
        _share("recall", counts.true_spam, counts.true_spam + counts.false_ham),
        _share("ham called spam", counts.false_spam, ham),
        Measure("average precision", f"{curve.average_precision:.4f}"),
        Measure("Brier score", f"{calibration.brier:.4f}"),
        Measure("calibration error", f"{calibration.expected_error:.4f}"),
        Measure(
            "F1 of rules and model",
            f"{system.f1:.4f}",
            _around(system.f1, system.f1_standard_error),
        ),
    )


def _share(name: str, hits: int, of: int) -> Measure:
    if not of:
        return Measure(name, "none to take a share of")
    return Measure(name, f"{hits / of:.4f} ({hits:,} of {of:,})", _ends(*wilson(hits, of)))


def _around(value: float, standard_error: float) -> str:
    half = 1.96 * standard_error
    return _ends(max(value - half, 0.0), min(value + half, 1.0))


def _ends(low: float, high: float) -> str:
    return f"{low:.4f} to {high:.4f}"
