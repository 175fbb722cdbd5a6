"""Tuning: cross-validate every candidate, choose the best and its threshold."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from joblib import delayed
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion

from trainer.errors import TooLittleData
from trainer.learning.calibration import Calibration, calibrate, probabilities
from trainer.learning.candidates import by_shared_features, candidates
from trainer.learning.parallel import spread
from trainer.learning.pipeline import classifier, vectoriser
from trainer.learning.search_space import Candidate, Features, SearchSpace
from trainer.learning.threshold import choose_threshold
from trainer.measures import Bools, Confusion, Floats

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
    """Fit candidates that share their features on `train`, and score `test` with each."""

    group: int
    candidates: list[Candidate]
    train: Indices
    test: Indices


@dataclass(frozen=True)
class _Scored:
    """What a task found of one candidate."""

    logits: Floats
    """Of the tested messages, shape [messages]."""
    fit_seconds: float


_Folded = tuple[Bools, _Scored]
"""Whether each message of a fold is spam, and what was found of them."""


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
        For each group, every candidate with its calibration and threshold, in falling order of F1.

    Raises:
        TooLittleData: No term of a feature set is in enough messages.
        WorkerLost: The system killed one of the processes.
    """
    tasks = list(_tasks(spam, groups, space, seed))
    calls = (
        delayed(_score)(
            with_extra(texts[task.train], spam[task.train], extra),
            texts[task.test],
            task.candidates,
        )
        for task in tasks
    )
    found: list[dict[Candidate, list[_Folded]]] = [{} for _ in groups]
    for task, scored in zip(tasks, spread(calls, jobs), strict=True):
        for candidate, one in zip(task.candidates, scored, strict=True):
            found[task.group].setdefault(candidate, []).append((spam[task.test], one))
        advance()
    return [_ranked(by_candidate, space) for by_candidate in found]


def learn(vectors: FeatureUnion, texts: Texts, features: Features) -> Any:
    """Fit the vectoriser of `features`; return a sparse matrix of texts, shape [texts, terms].

    Raises:
        TooLittleData: No term is in enough messages.
    """
    try:
        return vectors.fit_transform(texts)
    except ValueError as error:  # scikit-learn's word for an empty vocabulary
        msg = f"{features.name}: {error}"
        raise TooLittleData(msg) from error


def count_tasks(groups: int, space: SearchSpace) -> int:
    """Return how many pieces of work `tune` does."""
    return groups * space.inner_folds * len(by_shared_features(candidates(space)))


def _tasks(
    spam: Bools, groups: Sequence[Indices], space: SearchSpace, seed: int
) -> Iterator[_Task]:
    shared = by_shared_features(candidates(space))
    for number, group in enumerate(groups):
        for train, test in folds(spam[group], space.inner_folds, seed):
            for sharing in shared.values():
                yield _Task(number, sharing, group[train], group[test])


def _score(sample: Sample, tested: Texts, sharing: list[Candidate]) -> list[_Scored]:
    """Score the tested messages with each candidate; all of them have the same features.

    These are the dear part, so they are computed once.
    """
    started = time.perf_counter()
    vectors = vectoriser(sharing[0].features)
    train = learn(vectors, sample.texts, sharing[0].features)
    shared_seconds = time.perf_counter() - started
    test = vectors.transform(tested)
    scored = []
    for candidate in sharing:
        started = time.perf_counter()
        model = classifier(candidate).fit(train, sample.spam, sample.weights)
        seconds = shared_seconds + time.perf_counter() - started
        scored.append(_Scored(model.decision_function(test), seconds))
    return scored


def _ranked(found: Mapping[Candidate, Sequence[_Folded]], space: SearchSpace) -> list[Tuned]:
    """Return the candidates of one group, best first."""
    tuned = [_tuned(candidate, folded, space) for candidate, folded in found.items()]
    return sorted(tuned, key=lambda one: -one.f1)


def _tuned(candidate: Candidate, folded: Sequence[_Folded], space: SearchSpace) -> Tuned:
    """Choose calibration and threshold by what each fold's messages are and were scored."""
    spam = np.concatenate([truth for truth, _ in folded])
    calibration, threshold = settle(spam, np.concatenate([one.logits for _, one in folded]), space)
    scores = [probabilities(calibration.apply(one.logits)) for _, one in folded]
    everything = np.concatenate(scores)
    measured = tuple(
        _measure(Confusion.of(truth, found >= threshold), one.fit_seconds)
        for (truth, one), found in zip(folded, scores, strict=True)
    )
    f1 = Confusion.of(spam, everything >= threshold).f1
    return Tuned(candidate, threshold, calibration, f1, measured)


def settle(spam: Bools, logits: Floats, space: SearchSpace) -> tuple[Calibration, float]:
    """Return the calibration of out-of-fold `logits`, and the threshold that goes with it."""
    calibration = calibrate(spam, logits)
    scores = probabilities(calibration.apply(logits))
    return calibration, choose_threshold(spam, scores, space.max_ham_false_positive_rate)


def _measure(confusion: Confusion, fit_seconds: float) -> FoldMeasures:
    return FoldMeasures(confusion.f1, confusion.precision, confusion.recall, fit_seconds)
