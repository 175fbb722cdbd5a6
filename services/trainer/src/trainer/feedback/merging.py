"""Feedback beside a corpus: guarded, weighed by validation, and reported on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rules.engine import Engine
from store.records import Feedback
from trainer.dataset.corpus import Corpus
from trainer.feedback.factor import choose
from trainer.feedback.guarding import Guarded, guard
from trainer.feedback.policy import FeedbackPolicy
from trainer.feedback.report import FeedbackReport, report_on
from trainer.feedback.validation import Ground, count_trials, try_factors
from trainer.fitting import fit, spam_scores
from trainer.measures import Floats
from trainer.search_space import SearchSpace
from trainer.tuning import Advance, Extra, as_texts, count_tasks, tune


@dataclass(frozen=True)
class Merged:
    """What is fitted on beside the corpus."""

    extra: Extra | None
    """As a model sees it, with its weights; None if nothing is taken."""
    texts_raw: list[str]
    """The same texts in the same order, as they were reported."""
    report: FeedbackReport


def merge(
    feedback: Iterable[Feedback],
    corpus: Corpus,
    ground: Ground,
    policy: FeedbackPolicy,
    engine: Engine,
    advance: Advance,
) -> Merged:
    """Return what of `feedback` is fitted on, and with what weight; its order does not matter.

    The model that doubts labels is fitted on the corpus alone, and not the champion: that one may
    have been fitted on feedback before, and would then believe what it was told.

    Args:
        feedback: Rows as they are stored.
        corpus: What is trained and tested on; none of its labels changes.
        ground: The same as a model sees it, and how models are fitted on it.
        policy: The guards.
        engine: The rules that the version is to serve with.
        advance: Called once for each of at most `count_merging(…)` pieces of work.

    Raises:
        TooLittleData: No term of a feature set is in enough messages.
        WorkerLost: The system killed one of the processes.
    """
    everything = np.arange(len(ground.spam))
    ((tuned, *_),) = tune(
        ground.texts,
        ground.spam,
        [everything],
        ground.space,
        seed=ground.seed,
        jobs=ground.jobs,
        advance=advance,
    )
    alone = fit(ground.texts, ground.spam, tuned, ground.space)

    def score(texts: Sequence[str]) -> Floats:
        return spam_scores(alone, as_texts(texts))

    guarded = guard(feedback, corpus, policy, score, engine)
    if not guarded.claims:
        return Merged(None, [], report_on(guarded, policy.version, 0, ()))
    extra = _extra(guarded)
    trials = try_factors(extra, tuned, ground, policy.validation, advance)
    factor = choose(trials, policy.validation)
    report = report_on(guarded, policy.version, factor, trials)
    if not factor:
        return Merged(None, [], report)
    raw = [claim.newest.text for claim in guarded.claims]
    return Merged(replace(extra, weights=extra.weights * factor), raw, report)


def count_merging(space: SearchSpace, policy: FeedbackPolicy) -> int:
    """Return how many pieces of work `merge` does at most."""
    return count_tasks(1, space) + count_trials(policy.validation)


def _extra(guarded: Guarded) -> Extra:
    """Return what got through the guards, as a model sees it."""
    return Extra(
        texts=as_texts([claim.newest.seen for claim in guarded.claims]),
        spam=np.array([claim.label == "spam" for claim in guarded.claims]),
        weights=guarded.weights,
    )
