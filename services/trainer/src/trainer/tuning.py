"""Tuning: cross-validate every candidate, choose the best and its threshold."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from joblib import delayed
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from trainer.calibration import Calibration
from trainer.errors import TooLittleData
from trainer.measures import Bools, Confusion, Floats, best_threshold
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
class FoldMeasures:
    """How a candidate, at its threshold, did on one fold."""

    f1: float
    precision: float
    recall: float
    fit_seconds: float = field(compare=False)
    """Of features and classifier. Candidates that share their features share that part."""


@dataclass(frozen=True)
class Tuned:
    """A candidate after cross-validation."""

    candidate: Candidate
    threshold: float
    """Calibrated probability of spam from which a message is called spam."""
    calibration: Calibration
    """Of the logits of the candidate, from its out-of-fold scores."""
    f1: float
    """F1 on the out-of-fold scores. Flattering: all of this was chosen on these messages."""
    folds: tuple[FoldMeasures, ...]
    """The same, fold by fold."""


@dataclass(frozen=True)
class Extra:
    """Rows that every training part has besides its own, and that no fold tests."""

    texts: Texts
    """Of `model_text`, shape [rows]."""
    spam: Bools
    """Whether each is called spam, shape [rows]."""
    weights: Floats
    """What each counts in a fit, against 1 of a message of the corpus, shape [rows]."""


@dataclass(frozen=True)
class Sample:
    """What is fitted on; shapes [rows]."""

    texts: Texts
    spam: Bools
    weights: Floats | None
    """None where all rows count alike."""


def with_extra(texts: Texts, spam: Bools, extra: Extra | None) -> Sample:
    """Return the messages, each with weight 1, and behind them the rows of `extra`."""
    if extra is None:
        return Sample(texts, spam, None)
    return Sample(
        np.concatenate([texts, extra.texts]),
        np.concatenate([spam, extra.spam]),
        np.concatenate([np.ones(len(texts)), extra.weights]),
    )


@dataclass(frozen=True)
class _Task:
    """Fit one feature set on `train` and score `test` with every C."""

    group: int
    features: str
    train: Indices
    test: Indices


@dataclass(frozen=True)
class _Scored:
    """What a task gave."""

    scores: Floats
    """Probability of spam of the tested messages, shape [values of C, messages]."""
    seconds: list[float]
    """What the fit took, for each value of C."""


def folds(spam: Bools, count: int, seed: int) -> list[tuple[Indices, Indices]]:
    """Return `count` stratified (train, test) splits of the messages, by index."""
    splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(spam)), spam))


def tune(  # noqa: PLR0913 — each is a part of the question
    texts: Texts,
    spam: Bools,
    groups: Sequence[Indices],
    space: SearchSpace,
    *,
    seed: int,
    jobs: int | None,
    advance: Advance,
    extra: Extra | None = None,
) -> list[list[Tuned]]:
    """Cross-validate every candidate within each group of messages, best first.

    Args:
        texts: Of `model_text`, shape [messages].
        spam: Whether each is spam, shape [messages].
        groups: Messages to tune on, by index; no fold ever looks outside its group.
        space: The candidates, and the number of folds.
        seed: Of the folds.
        jobs: Processes; None for one a core.
        advance: Called once for each of `count_tasks(len(groups), space)` pieces of work.
        extra: Further rows that every fit has and no fold tests.

    Returns:
        For each group, every candidate with its best threshold and F1, in falling order of F1.

    Raises:
        TooLittleData: No term of a feature set is in enough messages.
        WorkerLost: The system killed one of the processes.
    """
    tasks = list(_tasks(spam, groups, space, seed))
    calls = (
        delayed(_score)(
            with_extra(texts[task.train], spam[task.train], extra),
            texts[task.test],
            task.features,
            space,
        )
        for task in tasks
    )
    scored: list[_Scored] = []
    for one in spread(calls, jobs):
        scored.append(one)
        advance()
    done = list(zip(tasks, scored, strict=True))
    return [
        _ranked(spam, [(task, one) for task, one in done if task.group == number], space)
        for number in range(len(groups))
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


def _score(sample: Sample, tested: Texts, features: str, space: SearchSpace) -> _Scored:
    """Score the tested messages with every C.

    The vectoriser is the dear part and does not depend on C, so it is fitted once for all of them.
    """
    started = time.perf_counter()
    vectors = vectoriser(space.features[features], space.min_df)
    try:
        train = vectors.fit_transform(sample.texts)
    except ValueError as error:  # scikit-learn's word for an empty vocabulary
        msg = f"feature set {features}: {error}"
        raise TooLittleData(msg) from error
    shared = time.perf_counter() - started
    test = vectors.transform(tested)
    scores, seconds = [], []
    for c in space.c:
        started = time.perf_counter()
        model = classifier(c).fit(train, sample.spam, sample.weights)
        seconds.append(shared + time.perf_counter() - started)
        scores.append(model.predict_proba(test)[:, 1])
    return _Scored(np.stack(scores), seconds)


def _ranked(spam: Bools, done: Sequence[tuple[_Task, _Scored]], space: SearchSpace) -> list[Tuned]:
    """Return the candidates of one group, best first."""
    tuned = []
    for features in space.features:
        parts = [(task.test, scored) for task, scored in done if task.features == features]
        for number, c in enumerate(space.c):
            folded = [
                (spam[test], scored.scores[number], scored.seconds[number])
                for test, scored in parts
            ]
            tuned.append(_tuned(Candidate(features, c), folded))
    return sorted(tuned, key=lambda one: -one.f1)


def _tuned(candidate: Candidate, folded: Sequence[tuple[Bools, Floats, float]]) -> Tuned:
    """Choose the threshold by (truth, scores, seconds of the fit) of each fold."""
    spam = np.concatenate([truth for truth, _, _ in folded])
    scores = np.concatenate([found for _, found, _ in folded])
    threshold, f1 = best_threshold(spam, scores)
    measured = []
    for truth, found, seconds in folded:
        confusion = Confusion.of(truth, found >= threshold)
        measured.append(FoldMeasures(confusion.f1, confusion.precision, confusion.recall, seconds))
    return Tuned(candidate, threshold, Calibration(), f1, tuple(measured))
