"""Measuring a contender with a seed: nested cross-validation, and other rules for the threshold."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from bench.quality.contenders import Contender
from bench.quality.peaks import best_threshold
from kit.model_text import model_text
from trainer.dataset.load import load
from trainer.judging.calibration_error import calibration_report
from trainer.learning.evaluation import Evaluated, evaluate
from trainer.learning.threshold import choose_threshold
from trainer.learning.tuning import Texts, as_texts
from trainer.measures import Bools, Confusion, Floats

Choose = Callable[[Bools, Floats], float]

RULES: dict[str, Choose] = {
    "at a probability of one half": lambda _spam, _scores: 0.5,
    "at the peak of F1": lambda spam, scores: best_threshold(spam, scores)[0],
    "half the expected F1 (ours)": lambda spam, scores: choose_threshold(spam, scores, 0.005),
}
"""Ways to choose a threshold from labelled out-of-fold scores."""


def messages() -> tuple[Texts, Bools]:
    """Return the demo corpus without its duplicates, as models see it, and what is spam."""
    corpus = load("demo")
    texts = as_texts([model_text(text) for text in corpus.texts])
    return texts, np.array([label == "spam" for label in corpus.labels])


def measure(
    contender: Contender, seed: int, found: tuple[Texts, Bools], jobs: int | None
) -> dict[str, Any]:
    """Return one row of results."""
    texts, spam = found
    evaluated = evaluate(texts, spam, contender.space, seed=seed, jobs=jobs, advance=lambda: None)
    confusion = Confusion.of(spam, evaluated.called_spam)
    calibration = calibration_report(spam, evaluated.scores)
    return {
        **key(contender, seed),
        "f1": confusion.f1,
        "f1_standard_error": confusion.f1_standard_error(seed),
        "precision": confusion.precision,
        "recall": confusion.recall,
        "ham_false_positive_rate": confusion.ham_false_positive_rate,
        "brier": calibration.brier,
        "calibration_error": calibration.expected_error,
        "by_rule": {name: _f1_by(rule, evaluated, spam) for name, rule in RULES.items()},
    }


def key(contender: Contender, seed: int) -> dict[str, Any]:
    """Return what a row is about; a changed search space is another contender."""
    space = msgspec.to_builtins(contender.space)
    return {"contender": contender.name, "seed": seed, "space": space}


def _f1_by(choose: Choose, evaluated: Evaluated, spam: Bools) -> float:
    """Return F1 where each fold's threshold is chosen on the scores of the other folds."""
    scores, called = evaluated.scores, np.zeros(len(spam), np.bool_)
    for others, fold in evaluated.outer:
        called[fold] = scores[fold] >= choose(spam[others], scores[others])
    return Confusion.of(spam, called).f1
