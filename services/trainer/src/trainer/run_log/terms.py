"""The terms of a fitted pipeline: which weigh most, and what they add to a message's score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from kit.marks import MARK_NAMES
from trainer.learning.tuning import Texts
from trainer.measures import Floats
from trainer.run_log.tables import Columns

MOST_TERMS = 40
"""Terms of either label that are logged."""


@dataclass(frozen=True)
class Term:
    """A term with a number: its coefficient, or what it adds to the logit of a score."""

    analyzer: str
    """`word`, `char`, `char_wb` or `mark`."""
    text: str
    """As a person reads it: spaces are shown, marks have their names."""
    weight: float
    """Above 0 speaks for spam, below for ham."""


@dataclass(frozen=True)
class TopTerms:
    """The terms with the largest coefficients, the largest first."""

    spam: tuple[Term, ...]
    ham: tuple[Term, ...]


class Vocabulary:
    """The terms of a fitted pipeline, in the order of their columns."""

    def __init__(self, pipeline: Pipeline) -> None:
        """Read them off `pipeline`, whose classes are `ham` and `spam`."""
        self._features = pipeline.named_steps["features"]
        self._names: NDArray[np.object_] = self._features.get_feature_names_out()
        self._weights: Floats = pipeline.named_steps["classifier"].coef_[0]

    def top(self, most: int = MOST_TERMS) -> TopTerms:
        """Return the terms that speak most for spam, and those that speak most for ham."""
        order = np.argsort(self._weights, kind="stable")
        ham = [self._term(column, self._weights[column]) for column in order[:most]]
        spam = [self._term(column, self._weights[column]) for column in order[::-1][:most]]
        return TopTerms(
            spam=tuple(term for term in spam if term.weight > 0),
            ham=tuple(term for term in ham if term.weight < 0),
        )

    def contributions(
        self, texts: Texts, towards_spam: Sequence[bool], most: int
    ) -> list[tuple[Term, ...]]:
        """Return for each text the terms that add most to its logit, in the direction asked for.

        Args:
            texts: As the model sees them, shape [texts].
            towards_spam: Whether terms that speak for spam are asked for, shape [texts].
            most: Terms of a text that are returned.
        """
        if not len(texts):  # which scikit-learn takes for a fault
            return []
        values = self._features.transform(texts)  # in compressed rows
        found = []
        for row, spam in enumerate(towards_spam):
            here = slice(values.indptr[row], values.indptr[row + 1])
            columns = values.indices[here]
            added = values.data[here] * self._weights[columns]
            towards = added if spam else -added
            best = [at for at in np.argsort(-towards, kind="stable")[:most] if towards[at] > 0]
            found.append(tuple(self._term(columns[at], added[at]) for at in best))
        return found

    def _term(self, column: int, weight: float) -> Term:
        analyzer, _, text = str(self._names[column]).partition("__")
        return Term(analyzer, readable(text), float(weight))


def readable(text: str) -> str:
    """Return a term as a person reads it: spaces can be seen, and marks have their names."""
    name = MARK_NAMES.get(text)
    return f"⟨{name}⟩" if name else text.replace(" ", "␣")


def term_columns(terms: TopTerms) -> Columns:
    """Return the terms as a table, those for spam first."""
    rows = (*terms.spam, *terms.ham)
    return {
        "speaks for": ["spam" if term.weight > 0 else "ham" for term in rows],
        "term": [term.text for term in rows],
        "analyzer": [term.analyzer for term in rows],
        "coefficient": [term.weight for term in rows],
    }
