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
from trainer.tuning import Advance, Extra, Texts, Tuned, folds


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
    texts, spam = ground.texts, ground.spam
    calls = (
        delayed(_score)(
            texts[train], spam[train], texts[test], tuned, ground.space, _scaled(extra, factor)
        )
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
    train_texts: Texts,
    train_spam: Bools,
    test_texts: Texts,
    tuned: Tuned,
    space: SearchSpace,
    extra: Extra | None,
) -> Floats:
    return spam_scores(fit(train_texts, train_spam, tuned, space, extra), test_texts)
