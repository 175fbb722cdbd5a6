"""Scoring with scikit-learn itself, for what cannot be compiled."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from sklearn.pipeline import Pipeline

from inference.model.explanation import explanation
from kit.marks import readable
from kit.model_text import model_text
from kit.oip import Explanation


class PipelineScorer:
    """A pipeline that is asked for raw texts: ten to thirty times as slow as a compiled one."""

    kind: Final = "scikit-learn"

    def __init__(self, pipeline: Pipeline) -> None:
        """Score with `pipeline`, whose last step is a logistic regression over ham and spam."""
        self._pipeline = pipeline
        self._classifier = pipeline[-1]
        self._spam = list(self._classifier.classes_).index("spam")

    def score(self, texts: Sequence[str]) -> list[float]:
        """Return the probability of spam of each of `texts`, in order."""
        if not texts:
            return []
        probabilities = self._pipeline.predict_proba([model_text(text) for text in texts])
        scores: list[float] = probabilities[:, self._spam].tolist()
        return scores

    def explain(self, text: str) -> Explanation:
        """Return the terms of `text` that move its logit most, and the sum of the others."""
        row = self._pipeline[:-1].transform([model_text(text)]).tocsr()
        added = row.data * self._classifier.coef_[0, row.indices]
        intercept = float(self._classifier.intercept_[0])
        return explanation(intercept, added, lambda at: self._name(row.indices[at]))

    def _name(self, column: int) -> str:
        # A union puts the name of the part, and two underscores, before that of the term.
        prefix, underscores, term = str(self._terms[column]).rpartition("__")
        return prefix + underscores + readable(term)

    @cached_property
    def _terms(self) -> Sequence[str]:
        # As long as the vocabulary, so made only when somebody asks for an explanation.
        names: Sequence[str] = self._pipeline[:-1].get_feature_names_out()
        return names
