"""What a run says of feedback: what was taken, what was not and why, and with what weight."""

from collections import Counter
from dataclasses import dataclass

from trainer.dataset.columns import Label
from trainer.feedback.fate import QUARANTINED, Fate
from trainer.feedback.guarding import Guarded


@dataclass(frozen=True)
class Trial:
    """One factor in the validation."""

    factor: float
    """What the weights of all rows are multiplied by; 0 is without feedback."""
    f1: float
    """Spam F1 on messages of the corpus, by models that never saw them."""
    difference: float
    """That, less the F1 of factor 0."""
    standard_error: float
    """Of the difference, by a paired bootstrap over messages."""


@dataclass(frozen=True)
class Taken:
    """A text that is fitted on."""

    ids: tuple[int, ...]
    """The rows of feedback that claim it."""
    label: Label
    weight: float
    """A message of the corpus weighs 1."""


@dataclass(frozen=True)
class FeedbackReport:
    """The whole report; rows are those of the database, and each has one fate.

    API keys are named, and what came without one is under the empty name.
    """

    policy: int
    """Version of the policy."""
    read: int
    """Rows."""
    fates: dict[Fate, int]
    """How many rows have each fate."""
    factor: float
    """The factor that validation chose; with 0 nothing is taken."""
    trials: tuple[Trial, ...]
    """What it was chosen from; none if nothing got through the guards."""
    harmful: dict[str, Trial]
    """API keys whose feedback was left out for the harm that it does, with their trials alone."""
    spam_weight: float
    """Of all spam that is taken, together."""
    ham_weight: float
    sources: dict[str, int]
    """Rows that are taken, by API key."""
    taken: tuple[Taken, ...]
    """The texts that are fitted on, the newest first."""
    left_out: dict[Fate, tuple[int, ...]]
    """The ids of all other rows."""

    @property
    def rows_taken(self) -> int:
        """Rows whose text is fitted on."""
        return self.fates[Fate.TAKEN]

    @property
    def quarantined(self) -> int:
        """Rows that wait for other reporters to agree, or to agree with each other."""
        return sum(self.fates[fate] for fate in QUARANTINED)


def summary(report: FeedbackReport) -> dict[str, float]:
    """Return the figures of a report by name; every fate is one."""
    return {
        "policy": report.policy,
        "factor": report.factor,
        "read": report.read,
        **{fate.value: rows for fate, rows in report.fates.items()},
        "quarantined": report.quarantined,
        "texts": len(report.taken),
        "spam_weight": report.spam_weight,
        "ham_weight": report.ham_weight,
    }


def told(report: FeedbackReport) -> str:
    """Return a report in one line."""
    left = report.read - report.rows_taken - report.quarantined
    capped = report.fates[Fate.CAPPED]
    refused = report.fates[Fate.HARMFUL] + report.fates[Fate.REJECTED]
    return (
        f"{report.rows_taken} of {report.read} rows taken at weight {report.factor:g}; "
        f"{report.quarantined} in quarantine, {capped} capped, {refused} refused by validation, "
        f"{left - capped - refused} left out otherwise"
    )


@dataclass(frozen=True)
class Weighed:
    """What got through the guards, and the weight that validation gave it."""

    guarded: Guarded
    factor: float
    """0 takes nothing."""
    trials: tuple[Trial, ...]
    """What the factor was chosen from."""
    harmful: dict[str, Trial]
    """As in the report; the guards had nothing of these keys before them."""


def report_on(weighed: Weighed, policy: int) -> FeedbackReport:
    """Return the report, given the version of the policy."""
    guarded, factor = weighed.guarded, weighed.factor
    fates = dict(guarded.fates)
    if not factor:
        fates |= {row: Fate.REJECTED for row, fate in fates.items() if fate is Fate.TAKEN}
    claims = guarded.claims if factor else ()
    taken = tuple(
        Taken(tuple(vote.id for vote in claim.votes), claim.label, float(weight * factor))
        for claim, weight in zip(claims, guarded.weights, strict=False)
    )
    sources = Counter(one.source or "" for claim in claims for one in claim.reporters)
    left_out: dict[Fate, tuple[int, ...]] = {
        fate: tuple(sorted(row for row, its in fates.items() if its is fate))
        for fate in Fate
        if fate is not Fate.TAKEN
    }
    return FeedbackReport(
        policy=policy,
        read=len(fates),
        fates={fate: list(fates.values()).count(fate) for fate in Fate},
        factor=factor,
        trials=weighed.trials,
        harmful=weighed.harmful,
        spam_weight=sum(one.weight for one in taken if one.label == "spam"),
        ham_weight=sum(one.weight for one in taken if one.label == "ham"),
        sources=dict(sorted(sources.items())),
        taken=taken,
        left_out=left_out,
    )
