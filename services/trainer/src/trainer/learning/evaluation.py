"""Evaluation: nested cross-validation, so that nothing is judged by what chose or fitted it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from joblib import delayed

from trainer.errors import TooLittleData
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.parallel import spread
from trainer.learning.search_space import SearchSpace
from trainer.learning.tuning import (
    Advance,
    Extra,
    Indices,
    Texts,
    Tuned,
    count_tasks,
    folds,
    tune,
)
from trainer.measures import Bools, Floats

_NO_VARIANTS: Mapping[str, Texts] = MappingProxyType({})


@dataclass(frozen=True)
class Judged:
    """What models that never saw the messages said of them."""

    scores: Floats
    """Calibrated probability of spam, shape [messages]."""
    called_spam: Bools
    """Whether it reaches that model's own threshold, shape [messages]."""
    variants: dict[str, Bools]
    """The same labels for other versions of the texts, by name of the version."""


@dataclass(frozen=True)
class Evaluated(Judged):
    """What comes out of one pass over the data."""

    outer: list[tuple[Indices, Indices]]
    """(train, test) of each outer fold, by index; every message is tested once."""
    ranking: list[Tuned]
    """Every candidate, cross-validated on all messages, best first."""


def evaluate(  # noqa: PLR0913 — each is a part of the question
    texts: Texts,
    spam: Bools,
    space: SearchSpace,
    *,
    seed: int,
    jobs: int | None,
    advance: Advance,
    variants: Mapping[str, Texts] = _NO_VARIANTS,
    extra: Extra | None = None,
) -> Evaluated:
    """Judge the procedure by nested cross-validation, and tune on all messages.

    Each message is scored by a pipeline whose candidate, calibration, threshold and coefficients
    were chosen without it (Cawley and Talbot, JMLR 11, 2010, on why the choice must be inside).
    Every message is judged once, so the standard error of F1 is that of the whole corpus and not of
    a hold-out.

    Args:
        texts: Of `model_text`, shape [messages], no two of them equal.
        spam: Whether each is spam, shape [messages].
        space: The candidates, and the numbers of folds.
        seed: Of all folds.
        jobs: Processes; None for one a core.
        advance: Called once for each of `count_steps(space)` pieces of work.
        variants: Other versions of all the texts, by name; labelled, never fitted on.
        extra: Further rows that every fit has and no fold tests.

    Raises:
        TooLittleData: A label has too few messages for the folds, or no term enough messages.
        WorkerLost: The system killed one of the processes.
    """
    _check_enough(spam, space)
    outer = folds(spam, space.outer_folds, seed)
    judged, ranking = judge(
        texts,
        spam,
        outer,
        space,
        seed=seed,
        jobs=jobs,
        advance=advance,
        variants=variants,
        extra=extra,
    )
    return Evaluated(judged.scores, judged.called_spam, judged.variants, outer, ranking)


def judge(  # noqa: PLR0913 — as evaluate
    texts: Texts,
    spam: Bools,
    outer: Sequence[tuple[Indices, Indices]],
    space: SearchSpace,
    *,
    seed: int,
    jobs: int | None,
    advance: Advance,
    variants: Mapping[str, Texts] = _NO_VARIANTS,
    extra: Extra | None = None,
) -> tuple[Judged, list[Tuned]]:
    """Judge each outer fold by what was chosen and fitted without it; also tune on everything.

    `outer` has (train, test) splits by index, in which every message is tested once; the rest is as
    for `evaluate`. Returned with it is every candidate, tuned on all messages, best first.
    """
    groups = [*(train for train, _ in outer), np.arange(len(spam))]
    *inner, ranking = tune(
        texts, spam, groups, space, seed=seed, jobs=jobs, advance=advance, extra=extra
    )
    calls = (
        delayed(_judge_fold)(
            texts[train],
            spam[train],
            {name: version[test] for name, version in {**variants, "": texts}.items()},
            ranked[0],
            extra,
        )
        for (train, test), ranked in zip(outer, inner, strict=True)
    )
    parts = []
    for part in spread(calls, jobs):
        parts.append(part)
        advance()
    return _whole(parts, outer, list(variants)), ranking


def count_steps(space: SearchSpace) -> int:
    """Return how many pieces of work `evaluate` does."""
    return count_tasks(space.outer_folds + 1, space) + space.outer_folds


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


def _judge_fold(
    texts: Texts,
    spam: Bools,
    tested: Mapping[str, Texts],
    tuned: Tuned,
    extra: Extra | None,
) -> Judged:
    """Fit on `texts` and judge the versions of other messages; the one named "" is their own."""
    pipeline = fit(texts, spam, tuned, extra)
    own = tested[""]
    scores = spam_scores(pipeline, own)
    called = scores >= tuned.threshold
    variants = {}
    for name in tested.keys() - {""}:
        # Most versions change some messages only; the others are not scored again.
        changed = np.flatnonzero(tested[name] != own)
        variants[name] = called.copy()
        if len(changed):
            again = spam_scores(pipeline, tested[name][changed])
            variants[name][changed] = again >= tuned.threshold
    return Judged(scores, called, variants)


def _whole(
    parts: Sequence[Judged], outer: Sequence[tuple[Indices, Indices]], names: Sequence[str]
) -> Judged:
    """Put what was said of each outer fold into the order of the messages."""
    order = np.argsort(np.concatenate([test for _, test in outer]))
    return Judged(
        np.concatenate([part.scores for part in parts])[order],
        np.concatenate([part.called_spam for part in parts])[order],
        {name: np.concatenate([part.variants[name] for part in parts])[order] for name in names},
    )
