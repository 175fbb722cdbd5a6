"""Trying feedback on the corpus: how models do that are fitted with it, by cross-validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import delayed

from trainer.feedback.factor import compare
from trainer.feedback.policy import Validation
from trainer.feedback.report import Trial
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.parallel import spread
from trainer.learning.search_space import SearchSpace
from trainer.learning.tuning import Advance, Extra, Texts, Tuned, folds
from trainer.measures import Bools, Floats


@dataclass(frozen=True)
class Ground:
    """The corpus that feedback is tried on, and how models are fitted on it."""

    texts: Texts
    """What a model sees of each message, shape [messages]."""
    spam: Bools
    """Whether each is spam, shape [messages]."""
    space: SearchSpace
    seed: int
    jobs: int | None


@dataclass(frozen=True)
class Validator:
    """Cross-validates the corpus with feedback in the training parts, by one tuned candidate.

    Every message of the corpus is scored by a model that did not see it, and nothing that was
    reported is ever tested: who sends feedback has no say in what is asked of it.
    """

    ground: Ground
    tuned: Tuned
    policy: Validation

    def try_factors(self, extra: Extra, advance: Advance) -> tuple[Trial, ...]:
        """Return the trial of each factor of the weights of `extra`; 0 is without it.

        `advance` is called once for each of `count_trials(…)` pieces of work.
        """
        factors = self.policy.factors
        scores = self._cross([_scaled(extra, factor) for factor in factors], advance)
        return self._compare(dict(zip(factors, scores, strict=True)))

    def try_each(self, extras: Mapping[str, Extra]) -> dict[str, Trial]:
        """Return the trial of each of `extras` by itself, at the largest factor."""
        largest = max(self.policy.factors)
        scaled = [_scaled(extra, largest) for extra in extras.values()]
        without, *crossed = self._cross([None, *scaled], lambda: None)
        return {
            name: self._compare({0: without, largest: scores})[-1]
            for name, scores in zip(extras, crossed, strict=True)
        }

    def _compare(self, scores: Mapping[float, Floats]) -> tuple[Trial, ...]:
        return compare(
            scores,
            self.ground.spam,
            self.ground.space.max_ham_false_positive_rate,
            self.ground.seed,
        )

    def _cross(self, extras: Sequence[Extra | None], advance: Advance) -> list[Floats]:
        """Return out-of-fold scores of the corpus with each of `extras`, of shape [messages]."""
        texts, spam = self.ground.texts, self.ground.spam
        splits = folds(spam, self.policy.folds, self.ground.seed)
        calls = (
            delayed(_score)(texts[train], spam[train], texts[test], self.tuned, extra)
            for extra in extras
            for train, test in splits
        )
        scored = spread(calls, self.ground.jobs)
        every = []
        for _ in extras:
            scores = np.zeros(len(spam))
            for _, test in splits:
                scores[test] = next(scored)
                advance()
            every.append(scores)
        return every


def count_trials(policy: Validation) -> int:
    """Return how many pieces of work `Validator.try_factors` does."""
    return policy.folds * len(policy.factors)


def _scaled(extra: Extra, factor: float) -> Extra | None:
    return replace(extra, weights=extra.weights * factor) if factor else None


def _score(
    train_texts: Texts,
    train_spam: Bools,
    test_texts: Texts,
    tuned: Tuned,
    extra: Extra | None,
) -> Floats:
    return spam_scores(fit(train_texts, train_spam, tuned, extra), test_texts)
