"""The model card of a training: which facts it has."""

from collections.abc import Sequence
from dataclasses import asdict

from kit.registry import REGISTERED_MODEL
from kit.text import NORMALISATION_VERSION
from trainer.run_log.card import Card, CardTable
from trainer.run_log.facts import Trained
from trainer.run_log.page import Measure
from trainer.run_log.terms import TopTerms


def describe(trained: Trained, run_id: str, measures: Sequence[Measure], terms: TopTerms) -> Card:
    """Return what the card of a training's version says."""
    rows = [(one.name, one.value, one.interval) for one in measures]
    return Card(
        title=f"{REGISTERED_MODEL}, {trained.subtitle}",
        run_id=run_id,
        candidate=trained.best.candidate.name,
        passed=trained.decision.passed,
        reasons=trained.decision.reasons,
        measures=CardTable("Measures", "", ("measure", "value", "95 % interval"), rows),
        data=_data(trained),
        procedure=_procedure(trained),
        terms=terms,
        environment=trained.environment,
    )


def _data(trained: Trained) -> dict[str, str]:
    corpus = trained.corpus
    counts = {name.replace("_", " "): f"{value:,}" for name, value in asdict(corpus.counts).items()}
    feedback = {f"feedback, {name}": str(value) for name, value in trained.feedback.items()}
    return {"source": corpus.source, "SHA-256": corpus.digest, **counts, **feedback}


def _procedure(trained: Trained) -> dict[str, str]:
    space, best = trained.space, trained.best
    analyzers = space.features[best.candidate.features].items()
    return {
        "candidates": str(len(space.candidates())),
        "cross-validation": f"{space.outer_folds} outer folds that judge, "
        f"{space.inner_folds} inner folds that choose",
        "seed": str(trained.seed),
        "n-grams": ", ".join(f"{analyzer} {low} to {high}" for analyzer, (low, high) in analyzers),
        "C": f"{best.candidate.c:g}",
        "min_df": str(space.min_df),
        "threshold": f"{best.threshold:.6f}",
        "calibration": f"slope {best.calibration.slope:.4f}, "
        f"intercept {best.calibration.intercept:+.4f}",
        "normalisation": str(NORMALISATION_VERSION),
        "rules": trained.rules,
    }
