"""How much feedback weighs: the largest factor with which the model is not worse."""

from dataclasses import dataclass, replace

import numpy as np
from joblib import delayed

from trainer.feedback.factor import compare
from trainer.feedback.policy import Validation
from trainer.feedback.report import Trial
from trainer.fitting import fit, spam_scores
from trainer.measures import Bools, Floats
from trainer.parallel import spread
from trainer.search_space import SearchSpace
from trainer.tuning import Advance, Extra, Indices, Texts, Tuned, folds


@dataclass(frozen=True)
class Ground:
    """The corpus that factors are tried on, and how models are fitted on it."""

    texts: Texts
    """What a model sees of each message, shape [messages]."""
    spam: Bools
    """Whether each is spam, shape [messages]."""
    space: SearchSpace
    seed: int
    jobs: int | None


def count_trials(policy: Validation) -> int:
    """Return how many pieces of work `try_factors` does."""
    return policy.folds * len(policy.factors)


def try_factors(
    extra: Extra, tuned: Tuned, ground: Ground, policy: Validation, advance: Advance
) -> tuple[Trial, ...]:
    """Cross-validate the corpus with `extra` in the training parts, by each factor of its weights.

    Every message of the corpus is scored by a model that did not see it, and nothing of `extra` is
    ever tested: who sends feedback has no say in what is asked of it. The threshold of each factor
    is its best one, as a training would choose it.
    """
    splits = folds(ground.spam, policy.folds, ground.seed)
    calls = (
        delayed(_score)(ground, train, test, tuned, _scaled(extra, factor))
        for factor in policy.factors
        for train, test in splits
    )
    scored = spread(calls, ground.jobs)
    scores = {factor: np.zeros(len(ground.spam)) for factor in policy.factors}
    for factor in policy.factors:
        for _, test in splits:
            scores[factor][test] = next(scored)
            advance()
    return compare(scores, ground.spam, ground.seed)


def _scaled(extra: Extra, factor: float) -> Extra | None:
    return replace(extra, weights=extra.weights * factor) if factor else None


def _score(
    ground: Ground, train: Indices, test: Indices, tuned: Tuned, extra: Extra | None
) -> Floats:
    texts, spam = ground.texts[train], ground.spam[train]
    pipeline = fit(texts, spam, tuned, ground.space, extra)
    return spam_scores(pipeline, ground.texts[test])
