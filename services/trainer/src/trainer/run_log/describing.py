"""The model card of a training: which facts it has."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from kit.registry import REGISTERED_MODEL
from kit.text import NORMALISATION_VERSION
from trainer.gate.decision import Decision
from trainer.learning.candidates import candidates
from trainer.report import Measured, Report
from trainer.run_log.card import Card, CardTable
from trainer.run_log.facts import Facts
from trainer.run_log.page import Measure
from trainer.run_log.terms import TopTerms

_MEASURED = ("messages of", "messages", "spam", "F1", "precision", "recall", "ham called spam")


def describe(facts: Facts, run_id: str, measures: Sequence[Measure], terms: TopTerms) -> Card:
    """Return what the card of a training's version says."""
    rows = [(one.name, one.value, one.interval) for one in measures]
    return Card(
        title=f"{REGISTERED_MODEL}, {facts.subtitle}",
        run_id=run_id,
        candidate=facts.best.candidate.name,
        passed=facts.decision.passed,
        reasons=facts.decision.reasons,
        measures=CardTable("Measures", "", ("measure", "value", "95 % interval"), rows),
        data=_data(facts),
        procedure=_procedure(facts),
        terms=terms,
        tables=[_slices(facts.report), _robustness(facts.report)],
        checks=_checks(facts.decision),
        environment=facts.environment,
    )


def _slices(report: Report) -> CardTable:
    note = "How the model does on messages of one kind."
    return CardTable("Slices", note, _MEASURED, _measured(report.slices))


def _robustness(report: Report) -> CardTable:
    note = "How it does when the spam is disguised, and no rule helps."
    return CardTable("Disguised spam", note, _MEASURED, _measured(report.robustness))


def _measured(parts: Mapping[str, Measured]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            f"{one.messages:,}",
            f"{one.spam:,}",
            f"{one.f1:.4f}",
            f"{one.precision:.4f}",
            f"{one.recall:.4f}",
            f"{one.ham_false_positive_rate:.4f}",
        )
        for name, one in parts.items()
    ]


def _checks(decision: Decision) -> CardTable:
    held = f"against version {decision.champion}" if decision.champion else "against no version"
    note = f"Policy {decision.policy_version}, {held}. {decision.champion_note}"
    rows = [(check.name, "yes" if check.passed else "no", check.told) for check in decision.checks]
    return CardTable("What the gate asked", note, ("check", "passed", "found"), rows)


def _data(facts: Facts) -> dict[str, str]:
    corpus = facts.corpus
    counts = {name.replace("_", " "): f"{value:,}" for name, value in asdict(corpus.counts).items()}
    feedback = {f"feedback, {name}": str(value) for name, value in facts.feedback.items()}
    return {"source": corpus.source, "SHA-256": corpus.digest, **counts, **feedback}


def _procedure(facts: Facts) -> dict[str, str]:
    space, best = facts.space, facts.best
    return {
        "candidates": str(len(candidates(space))),
        "cross-validation": f"{space.outer_folds} outer folds that judge, "
        f"{space.inner_folds} inner folds that choose",
        "seed": str(facts.trained.seed),
        "chosen": best.candidate.name,
        "most ham called spam": f"{space.max_ham_false_positive_rate:.2%}, when the threshold "
        "was chosen",
        "threshold": f"{best.threshold:.6f}",
        "calibration": f"slope {best.calibration.slope:.4f}, "
        f"intercept {best.calibration.intercept:+.4f}",
        "normalisation": str(NORMALISATION_VERSION),
        "rules": facts.rules,
    }
