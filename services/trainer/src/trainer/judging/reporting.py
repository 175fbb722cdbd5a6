"""From an evaluation and the version that came of it to the report that the gate decides by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.pipeline import Pipeline

from kit.model_text import model_text
from trainer.bootstrap import f1_interval
from trainer.golden import golden_report, golden_scores
from trainer.judging.calibration_error import calibration_report
from trainer.judging.cost import cost_report
from trainer.judging.leakage import data_report
from trainer.judging.slices import measured, slices
from trainer.learning.evaluation import Evaluated
from trainer.learning.tuning import Texts
from trainer.measures import Bools, Confusion
from trainer.obfuscation.variants import DISGUISES, obfuscate
from trainer.report import Measured, Report
from trainer.system import SystemReport


@dataclass(frozen=True)
class Trained:
    """A version that was evaluated and fitted, and is not yet judged."""

    raw: Sequence[str]
    """The messages, shape [messages]."""
    texts: Texts
    """What the model sees of them, shape [messages]."""
    spam: Bools
    """Whether each is spam, shape [messages]."""
    evaluated: Evaluated
    pipeline: Pipeline
    """Fitted on all messages."""
    threshold: float
    model_bytes: int
    """Size of the stored model file."""
    seed: int
    """Of the bootstrap."""
    fitted_only: Texts | None = None
    """What the model sees of messages that were fitted on and never tested: feedback, and what a
    corpus has beyond the sample that is judged."""


def disguised(raw: Sequence[str], texts: Texts, spam: Bools, seed: int) -> dict[str, Texts]:
    """Return what a model sees of the messages under every disguise, for `evaluate`.

    Only the spam is disguised: an attacker disguises what he sends, and nobody disguises ham. So
    the measures say what is lost of the spam, with the ham as it is.

    Args:
        raw: The messages, shape [messages].
        texts: What the model sees of them, shape [messages]; the ham's are shared.
        spam: Whether each is spam, shape [messages].
        seed: Of the disguises.
    """
    variants = {}
    for name in DISGUISES:
        variants[name] = texts.copy()
        for index in np.flatnonzero(spam).tolist():
            variants[name][index] = model_text(obfuscate(raw[index], name, seed))
    return variants


def report_on(trained: Trained, system: SystemReport, rule_shortfalls: Sequence[str]) -> Report:
    """Return the report on a version, with what it says of the rules that it is to serve with."""
    spam, evaluated = trained.spam, trained.evaluated
    confusion = Confusion.of(spam, evaluated.called_spam)
    return Report(
        messages=len(spam),
        spam=int(spam.sum()),
        fitted=len(spam) + (0 if trained.fitted_only is None else len(trained.fitted_only)),
        f1=confusion.f1,
        f1_standard_error=confusion.f1_standard_error(trained.seed),
        f1_interval=f1_interval(confusion, trained.seed),
        precision=confusion.precision,
        recall=confusion.recall,
        ham_false_positive_rate=confusion.ham_false_positive_rate,
        calibration=calibration_report(spam, evaluated.scores),
        slices={
            name: measured(spam[inside], evaluated.called_spam[inside])
            for name, inside in slices(trained.raw).items()
        },
        robustness=_robustness(spam, evaluated.variants),
        data=data_report(trained.raw, evaluated.outer),
        cost=cost_report(trained.pipeline, trained.texts, trained.model_bytes),
        golden=golden_report(trained.pipeline, trained.threshold),
        not_finite=_not_finite(trained),
        system=system,
        rule_shortfalls=tuple(rule_shortfalls),
    )


def _robustness(spam: Bools, variants: Mapping[str, Bools]) -> dict[str, Measured]:
    return {name: measured(spam, called) for name, called in variants.items()}


def _not_finite(trained: Trained) -> int:
    """Count what is no number: coefficients, scores of the evaluation, and the version's own."""
    classifier = trained.pipeline[-1]
    numbers = (
        classifier.coef_,
        classifier.intercept_,
        trained.evaluated.scores,
        golden_scores(trained.pipeline),
    )
    return sum(int((~np.isfinite(values)).sum()) for values in numbers)
