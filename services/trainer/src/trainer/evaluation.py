"""Evaluation: nested cross-validation, so that nothing is judged by what chose or fitted it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import delayed
from sklearn.pipeline import Pipeline

from trainer.errors import TooLittleData
from trainer.measures import Bools, Confusion, Floats
from trainer.parallel import spread
from trainer.pipeline import build
from trainer.report import Report
from trainer.search_space import SearchSpace
from trainer.tuning import Advance, Indices, Texts, Tuned, count_tasks, folds, tune


@dataclass(frozen=True)
class Evaluated:
    """What comes out of one pass over the data."""

    report: Report
    """From the outer folds."""
    called_spam: Bools
    """Whether each message was called spam by a model that never saw it, shape [messages]."""
    ranking: list[Tuned]
    """Every candidate, cross-validated on all messages, best first."""


def evaluate(
    texts: Texts,
    spam: Bools,
    space: SearchSpace,
    *,
    seed: int,
    jobs: int | None,
    advance: Advance,
) -> Evaluated:
    """Judge the procedure by nested cross-validation, and tune on all messages.

    Each message is scored by a pipeline whose candidate, threshold and coefficients were chosen
    without it (Cawley and Talbot, JMLR 11, 2010, on why the choice must be inside). Every message
    is judged once, so the standard error of F1 is that of the whole corpus and not of a hold-out.

    Args:
        texts: Normalised messages, shape [messages], no two of them equal.
        spam: Whether each is spam, shape [messages].
        space: The candidates, and the numbers of folds.
        seed: Of all folds and of the bootstrap.
        jobs: Processes; None for one a core.
        advance: Called once for each of `count_steps(space)` pieces of work.

    Raises:
        TooLittleData: A label has too few messages for the folds, or no term enough messages.
        WorkerLost: The system killed one of the processes.
    """
    _check_enough(spam, space)
    outer = folds(spam, space.outer_folds, seed)
    predicted, ranking = nested_labels(
        texts, spam, outer, space, seed=seed, jobs=jobs, advance=advance
    )
    return Evaluated(_report(spam, predicted, seed), predicted, ranking)


def nested_labels(
    texts: Texts,
    spam: Bools,
    outer: Sequence[tuple[Indices, Indices]],
    space: SearchSpace,
    *,
    seed: int,
    jobs: int | None,
    advance: Advance,
) -> tuple[Bools, list[Tuned]]:
    """Label each outer fold by what was chosen and fitted without it; also tune on everything.

    `outer` has (train, test) splits by index, in which every message is tested once; the rest is as
    for `evaluate`. Returned are whether each message was called spam, shape [messages], and every
    candidate, cross-validated on all messages, best first.
    """
    everything = np.arange(len(spam))
    groups = [*(train for train, _ in outer), everything]
    *inner, ranking = tune(texts, spam, groups, space, seed=seed, jobs=jobs, advance=advance)
    calls = (
        delayed(_predict)(texts[train], spam[train], texts[test], ranked[0], space)
        for (train, test), ranked in zip(outer, inner, strict=True)
    )
    judged = spread(calls, jobs)
    predicted = np.zeros(len(spam), dtype=np.bool_)
    for (_, test), labels in zip(outer, judged, strict=True):
        predicted[test] = labels
        advance()
    return predicted, ranking


def count_steps(space: SearchSpace) -> int:
    """Return how many pieces of work `evaluate` does."""
    return count_tasks(space.outer_folds + 1, space) + space.outer_folds


def fit(texts: Texts, spam: Bools, tuned: Tuned, space: SearchSpace) -> Pipeline:
    """Return the pipeline of `tuned`, fitted; its classes are `ham` and `spam`."""
    return build(tuned.candidate, space).fit(texts, np.where(spam, "spam", "ham"))


def spam_scores(pipeline: Pipeline, texts: Texts) -> Floats:
    """Return the probability of spam of normalised `texts`, shape [messages]."""
    column = list(pipeline.classes_).index("spam")
    scores: Floats = pipeline.predict_proba(texts)[:, column]
    return scores


def _check_enough(spam: Bools, space: SearchSpace) -> None:
    """Check that each inner fold of each outer fold can have a message of either label."""
    needed = space.outer_folds
    while needed - math.ceil(needed / space.outer_folds) < space.inner_folds:
        needed += 1
    for label, count in (("spam", int(spam.sum())), ("ham", int((~spam).sum()))):
        if count < needed:
            msg = (
                f"the corpus has {count} {label} messages, and {space.outer_folds} times "
                f"{space.inner_folds} folds need at least {needed}"
            )
            raise TooLittleData(msg)


def _predict(
    train_texts: Texts,
    train_spam: Bools,
    test_texts: Texts,
    tuned: Tuned,
    space: SearchSpace,
) -> Bools:
    pipeline = fit(train_texts, train_spam, tuned, space)
    labels: Bools = spam_scores(pipeline, test_texts) >= tuned.threshold
    return labels


def _report(spam: Bools, predicted: Bools, seed: int) -> Report:
    confusion = Confusion.of(spam, predicted)
    return Report(
        messages=len(spam),
        spam=int(spam.sum()),
        f1=confusion.f1,
        f1_standard_error=confusion.f1_standard_error(seed),
        precision=confusion.precision,
        recall=confusion.recall,
        ham_false_positive_rate=confusion.ham_false_positive_rate,
    )
