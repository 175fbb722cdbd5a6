"""Scoring: raw texts in, probabilities of spam out."""

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from sklearn.pipeline import Pipeline

from inference.errors import Untrusted
from kit.manifest import Golden
from kit.oip import Explanation, Term
from kit.text import normalise

GOLDEN_TOLERANCE = 1e-9
"""Largest difference allowed between a golden message's score here and the trainer's."""

_TERMS = 10


class Scorer:
    """A pipeline that is asked for raw texts: they are normalised here, for every client alike."""

    def __init__(self, pipeline: Pipeline) -> None:
        """Score with `pipeline`, whose last step is a logistic regression over ham and spam."""
        self._pipeline = pipeline
        self._classifier = pipeline[-1]
        self._spam = list(self._classifier.classes_).index("spam")

    def score(self, texts: Sequence[str]) -> list[float]:
        """Return the probability of spam of each of `texts`, in order."""
        if not texts:
            return []
        probabilities = self._pipeline.predict_proba([normalise(text) for text in texts])
        scores: list[float] = probabilities[:, self._spam].tolist()
        return scores

    def explain(self, text: str) -> Explanation:
        """Return the terms of `text` that move its logit most, and the sum of the others."""
        row = self._pipeline[:-1].transform([normalise(text)]).tocsr()
        contributions = row.data * self._classifier.coef_[0, row.indices]
        order = np.argsort(-np.abs(contributions))
        listed = order[:_TERMS]
        intercept = float(self._classifier.intercept_[0])
        return Explanation(
            logit=intercept + math.fsum(contributions),
            intercept=intercept,
            terms=[Term(str(self._terms[row.indices[i]]), float(contributions[i])) for i in listed],
            rest=math.fsum(contributions[order[_TERMS:]]),
        )

    @cached_property
    def _terms(self) -> Sequence[str]:
        # As long as the vocabulary, so made only when somebody asks for an explanation.
        names: Sequence[str] = self._pipeline[:-1].get_feature_names_out()
        return names


def check_golden(scorer: Scorer, golden: Sequence[Golden]) -> None:
    """Check that `scorer` gives every golden message the score that the trainer wrote down.

    Raises:
        Untrusted: One differs by more than `GOLDEN_TOLERANCE`, or is not a number.
    """
    scores = scorer.score([message.text for message in golden])
    for index, (message, score) in enumerate(zip(golden, scores, strict=True)):
        if not abs(score - message.score) <= GOLDEN_TOLERANCE:
            msg = (
                f"golden message {index} scores {score!r} here and {message.score!r} at the "
                "trainer: the environments differ, or the model is not the one that was judged"
            )
            raise Untrusted(msg)
