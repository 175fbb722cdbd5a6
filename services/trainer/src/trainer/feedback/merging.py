"""Feedback beside a corpus: guarded, weighed by validation, and reported on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rules.engine import Engine
from store.records import Feedback
from trainer.dataset.corpus import Corpus
from trainer.feedback.claims import Claim
from trainer.feedback.factor import bearable, choose
from trainer.feedback.fate import Fate
from trainer.feedback.guarding import Guarded, guard
from trainer.feedback.policy import FeedbackPolicy
from trainer.feedback.report import FeedbackReport, Trial, Weighed, report_on
from trainer.feedback.validation import Ground, Validator, count_trials
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.search_space import SearchSpace
from trainer.learning.tuning import Advance, Extra, Tuned, as_texts, count_tasks, tune
from trainer.measures import Floats

Guard = Callable[[Iterable[Feedback]], Guarded]

_MOST_TRIES = 5
"""Of either kind, in the search for keys that do harm: it bounds the time."""


@dataclass(frozen=True)
class Reported:
    """What users reported, and what guards a training from it."""

    rows: Sequence[Feedback]
    policy: FeedbackPolicy


@dataclass(frozen=True)
class Merged:
    """What is fitted on beside the corpus."""

    extra: Extra | None
    """As a model sees it, with its weights; None if nothing is taken."""
    texts_raw: list[str]
    """The same texts in the same order, as they were reported."""
    report: FeedbackReport | None
    """What came of every row; None if no feedback was asked for."""


NOTHING = Merged(None, [], None)
"""The corpus alone."""


def merge(
    reported: Reported, corpus: Corpus, ground: Ground, engine: Engine, advance: Advance
) -> Merged:
    """Return what users reported that is fitted on, and with what weight.

    The order of the rows does not matter.

    The model that doubts labels is fitted on the corpus alone, and not the champion: that one may
    have been fitted on feedback before, and would then believe what it was told.

    Args:
        reported: Rows as they are stored, and the policy.
        corpus: What is trained and tested on; none of its labels changes.
        ground: The same as a model sees it, and how models are fitted on it.
        engine: The rules that the version is to serve with.
        advance: Called once for each of at most `count_merging(…)` pieces of work.

    Raises:
        TooLittleData: No term of a feature set is in enough messages.
        WorkerLost: The system killed one of the processes.
    """
    tuned = _tune(ground, advance)
    alone = fit(ground.texts, ground.spam, tuned)

    def score(texts: Sequence[str]) -> Floats:
        return spam_scores(alone, as_texts(texts))

    def judged(rows: Iterable[Feedback]) -> Guarded:
        return guard(rows, corpus, reported.policy, score, engine)

    validator = Validator(ground, tuned, reported.policy.validation)
    weighed = _weigh(reported.rows, judged, validator, advance)
    report = report_on(weighed, reported.policy.version)
    if not weighed.factor:
        return Merged(None, [], report)
    claims, weights = weighed.guarded.claims, weighed.guarded.weights * weighed.factor
    return Merged(_extra(claims, weights), [claim.newest.text for claim in claims], report)


def count_merging(space: SearchSpace, policy: FeedbackPolicy) -> int:
    """Return how many pieces of work `merge` tells of at most."""
    return count_tasks(1, space) + count_trials(policy.validation)


def _tune(ground: Ground, advance: Advance) -> Tuned:
    """Return the best candidate without feedback."""
    ((best, *_),) = tune(
        ground.texts,
        ground.spam,
        [np.arange(len(ground.spam))],
        ground.space,
        seed=ground.seed,
        jobs=ground.jobs,
        advance=advance,
    )
    return best


def _weigh(
    rows: Sequence[Feedback], judged: Guard, validator: Validator, advance: Advance
) -> Weighed:
    """Weigh all rows together; if none is then taken, without the keys that do harm.

    Else one attacker with a key could keep out what all others report.
    """
    together = _try(judged(rows), validator, advance)
    if together.factor:
        return together
    for harmful in _suspects(together.guarded, validator):
        others = judged(row for row in rows if (row.source or "") not in harmful)
        fates = {row.id: Fate.HARMFUL for row in rows if (row.source or "") in harmful}
        weighed = _try(replace(others, fates=others.fates | fates), validator, lambda: None)
        if weighed.factor:
            return replace(weighed, harmful=harmful)
    return together


def _suspects(guarded: Guarded, validator: Validator) -> Iterator[dict[str, Trial]]:
    """Yield API keys to go without, with their trials alone; nothing if there is only one key.

    First each by itself, for one attacker, the worst first. Then all that are not bearable alone,
    and with them the worst of the others, one more each time.
    """
    alone = _try_sources(guarded, validator)
    yield from ({source: trial} for source, trial in list(alone.items())[:_MOST_TRIES])
    least = max(2, sum(not bearable(trial, validator.policy) for trial in alone.values()))
    for count in range(least, min(len(alone), least + _MOST_TRIES)):
        yield dict(list(alone.items())[:count])


def _try_sources(guarded: Guarded, validator: Validator) -> dict[str, Trial]:
    """Return the trial of each API key alone, the worst first; none of a sole key."""
    of_source: dict[str, list[int]] = {}
    for index, claim in enumerate(guarded.claims):
        for source in {reporter.source or "" for reporter in claim.reporters}:
            of_source.setdefault(source, []).append(index)
    if len(of_source) < 2:  # noqa: PLR2004 - there is nothing to tell it from
        return {}
    extras = {
        source: _extra([guarded.claims[i] for i in at], guarded.weights[at])
        for source, at in sorted(of_source.items())
    }
    tried = validator.try_each(extras)
    return dict(sorted(tried.items(), key=lambda item: (item[1].difference, item[0])))


def _try(guarded: Guarded, validator: Validator, advance: Advance) -> Weighed:
    if not guarded.claims:
        return Weighed(guarded, 0, (), {})
    trials = validator.try_factors(_extra(guarded.claims, guarded.weights), advance)
    return Weighed(guarded, choose(trials, validator.policy), trials, {})


def _extra(claims: Sequence[Claim], weights: Floats) -> Extra:
    """Return claims as a model sees them."""
    return Extra(
        texts=as_texts([claim.newest.seen for claim in claims]),
        spam=np.array([claim.label == "spam" for claim in claims]),
        weights=weights,
    )
