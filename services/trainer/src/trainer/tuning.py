"""Tuning: cross-validate every candidate, choose the best and its threshold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import delayed
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from trainer.errors import TooLittleData
from trainer.measures import Bools, Floats, best_threshold
from trainer.parallel import spread
from trainer.pipeline import classifier, vectoriser
from trainer.search_space import Candidate, SearchSpace

Indices = NDArray[np.intp]
Texts = NDArray[np.object_]
Advance = Callable[[], None]
"""Called once a piece of work, for the progress bar."""


def as_texts(texts: Sequence[str]) -> Texts:
    """Return `texts` as an array that can be indexed by folds."""
    return np.array(texts, dtype=np.object_)


@dataclass(frozen=True)
class Tuned:
    """A candidate after cross-validation."""

    candidate: Candidate
    threshold: float
    """Probability of spam that gives the largest F1 on the out-of-fold scores."""
    f1: float
    """That F1. Flattering: candidate and threshold were chosen on these very messages."""


@dataclass(frozen=True)
class _Task:
    """Fit one feature set on `train` and score `test` with every C."""

    group: int
    features: str
    train: Indices
    test: Indices


def folds(spam: Bools, count: int, seed: int) -> list[tuple[Indices, Indices]]:
    """Return `count` stratified (train, test) splits of the messages, by index."""
    splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(spam)), spam))


def tune(
    texts: Texts,
    spam: Bools,
    groups: Sequence[Indices],
    space: SearchSpace,
    *,
    seed: int,
    jobs: int | None,
    advance: Advance,
) -> list[list[Tuned]]:
    """Cross-validate every candidate within each group of messages, best first.

    Args:
        texts: Normalised messages, shape [messages].
        spam: Whether each is spam, shape [messages].
        groups: Messages to tune on, by index; no fold ever looks outside its group.
        space: The candidates, and the number of folds.
        seed: Of the folds.
        jobs: Processes; None for one a core.
        advance: Called once for each of `count_tasks(len(groups), space)` pieces of work.

    Returns:
        For each group, every candidate with its best threshold and F1, in falling order of F1.

    Raises:
        TooLittleData: No term of a feature set is in enough messages.
        WorkerLost: The system killed one of the processes.
    """
    tasks = list(_tasks(spam, groups, space, seed))
    calls = (
        delayed(_score)(texts[task.train], spam[task.train], texts[task.test], task.features, space)
        for task in tasks
    )
    scored = spread(calls, jobs)
    scores = np.full((len(groups), len(space.features), len(space.c), len(texts)), np.nan)
    names = list(space.features)
    for task, columns in zip(tasks, scored, strict=True):
        scores[task.group, names.index(task.features)][:, task.test] = columns
        advance()
    return [
        _ranked(spam[group], scores[index][:, :, group], space)
        for index, group in enumerate(groups)
    ]


def count_tasks(groups: int, space: SearchSpace) -> int:
    """Return how many pieces of work `tune` does."""
    return groups * space.inner_folds * len(space.features)


def _tasks(
    spam: Bools, groups: Sequence[Indices], space: SearchSpace, seed: int
) -> Iterator[_Task]:
    for number, group in enumerate(groups):
        for train, test in folds(spam[group], space.inner_folds, seed):
            for features in space.features:
                yield _Task(number, features, group[train], group[test])


def _score(
    train_texts: Texts,
    train_spam: Bools,
    test_texts: Texts,
    features: str,
    space: SearchSpace,
) -> Floats:
    """Return the probability of spam of the test messages, shape [values of C, messages].

    The vectoriser is the dear part and does not depend on C, so it is fitted once for all of them.
    """
    vectors = vectoriser(space.features[features], space.min_df)
    try:
        train = vectors.fit_transform(train_texts)
    except ValueError as error:  # scikit-learn's word for an empty vocabulary
        msg = f"feature set {features}: {error}"
        raise TooLittleData(msg) from error
    test = vectors.transform(test_texts)
    fitted = (classifier(c).fit(train, train_spam) for c in space.c)
    return np.stack([model.predict_proba(test)[:, 1] for model in fitted])


def _ranked(spam: Bools, scores: Floats, space: SearchSpace) -> list[Tuned]:
    tuned = []
    for i, features in enumerate(space.features):
        for j, c in enumerate(space.c):
            threshold, f1 = best_threshold(spam, scores[i, j])
            tuned.append(Tuned(Candidate(features, c), threshold, f1))
    return sorted(tuned, key=lambda one: -one.f1)
