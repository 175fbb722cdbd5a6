"""What is logged of a training, in one place, and the numbers that people are shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sklearn.pipeline import Pipeline

from trainer.dataset.corpus import Corpus
from trainer.evaluation import Evaluated
from trainer.gate import Decision
from trainer.measures import Bools, Confusion
from trainer.report import Report
from trainer.run_log.curves import PrecisionRecall, Reliability, wilson
from trainer.run_log.page import Measure
from trainer.search_space import SearchSpace
from trainer.system import SystemReport
from trainer.tuning import Texts, Tuned


@dataclass(frozen=True)
class Trained:
    """A training, when its version is judged and not yet registered."""

    corpus: Corpus
    texts: Texts
    """As the model sees them, shape [messages]."""
    spam: Bools
    """Whether each is spam, shape [messages]."""
    space: SearchSpace
    seed: int
    evaluated: Evaluated
    pipeline: Pipeline
    """The version's, fitted on everything."""
    report: Report
    system: SystemReport
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
        return self.evaluated.ranking[0]

    @property
    def counts(self) -> Confusion:
        """What became of the messages, by models that never saw them."""
        return Confusion.of(self.spam, self.evaluated.called_spam)

    @property
    def subtitle(self) -> str:
        """Which training it is, in a line."""
        return f"{self.corpus.source}, {self.best.candidate.name}, seed {self.seed}"


def measures(
    trained: Trained, curve: PrecisionRecall, reliability: Reliability
) -> tuple[Measure, ...]:
    """Return the measures as they are shown, with 95 % intervals where there are any."""
    report, system, counts = trained.report, trained.system, trained.counts
    called = counts.true_spam + counts.false_spam
    ham = counts.false_spam + counts.true_ham
    return (
        Measure("F1 of spam", f"{report.f1:.4f}", _around(report.f1, report.f1_standard_error)),
        _share("precision", counts.true_spam, called),
        _share("recall", counts.true_spam, counts.true_spam + counts.false_ham),
        _share("ham called spam", counts.false_spam, ham),
        Measure("average precision", f"{curve.average_precision:.4f}"),
        Measure("Brier score", f"{reliability.brier:.4f}"),
        Measure("calibration error", f"{reliability.ece:.4f}"),
        Measure(
            "F1 of rules and model",
            f"{system.f1:.4f}",
            _around(system.f1, system.f1_standard_error),
        ),
    )


def _share(name: str, hits: int, of: int) -> Measure:
    if not of:
        return Measure(name, "none to take a share of")
    low, high = wilson(hits, of)
    return Measure(name, f"{hits / of:.4f} ({hits:,} of {of:,})", f"{low:.4f} to {high:.4f}")


def _around(value: float, standard_error: float) -> str:
    half = 1.96 * standard_error
    return f"{max(value - half, 0.0):.4f} to {min(value + half, 1.0):.4f}"
