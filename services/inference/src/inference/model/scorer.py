"""Scoring: raw texts in, probabilities of spam out."""

import math
from collections.abc import Sequence
from typing import Final, Literal, Protocol

import numpy as np

from inference.errors import Untrusted
from inference.model.branch import Branch
from inference.model.explanation import explanation
from inference.model.tables import Tables
from kit.manifest import Golden
from kit.model_text import model_text
from kit.oip import Explanation

GOLDEN_TOLERANCE = 1e-9
"""Largest difference allowed between a golden message's score here and the trainer's."""

Kind = Literal["compiled", "scikit-learn"]


class Scorer(Protocol):
    """A model that is asked for raw texts: they are prepared here, for every client alike."""

    @property
    def kind(self) -> Kind:
        """What computes the scores."""

    def score(self, texts: Sequence[str]) -> list[float]:
        """Return the probability of spam of each of `texts`, in order."""

    def explain(self, text: str) -> Explanation:
        """Return the terms of `text` that move its logit most, and the sum of the others."""


class CompiledScorer:
    """A model compiled into tables.

    Nothing in it changes after it is made, so any number of threads may use it at once. Time and
    memory grow with the length of the texts, known and unknown words alike; nothing is remembered
    between calls.
    """

    kind: Final = "compiled"

    def __init__(self, tables: Tables) -> None:
        """Score with `tables`."""
        self._intercept = tables.intercept
        self._branches = [Branch(vectoriser) for vectoriser in tables.vectorisers]

    def score(self, texts: Sequence[str]) -> list[float]:
        """Return the probability of spam of each of `texts`, in order."""
        if not texts:
            return []
        prepared = [model_text(text) for text in texts]
        logits = np.full(len(texts), self._intercept)
        for branch in self._branches:
            logits += branch.logits(prepared)
        return [_probability(logit) for logit in logits.tolist()]

    def explain(self, text: str) -> Explanation:
        """Return the terms of `text` that move its logit most, and the sum of the others."""
        prepared = model_text(text)
        parts = [branch.contributions([prepared]) for branch in self._branches]
        terms = [
            (branch, int(column))
            for branch, (entries, _) in zip(self._branches, parts, strict=True)
            for column in entries.columns
        ]
        added = np.concatenate([added for _, added in parts])

        def name(position: int) -> str:
            branch, column = terms[position]
            return branch.name(column)

        return explanation(self._intercept, added, name)


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


def _probability(logit: float) -> float:
    """Return the logistic function of `logit`, whose exponential cannot overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1 + odds)
