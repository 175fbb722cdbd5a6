"""From a fitted scikit-learn pipeline to flat tables; what is not exactly covered is refused."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from inference.errors import CannotCompile
from inference.loading.compilable import preparation, vocabulary, weighting
from inference.model.tables import Tables, Vectoriser
from inference.model.weighting import Floats

_CLASSES = ["ham", "spam"]


@dataclass(frozen=True)
class _Part:
    """A vectoriser, and what is done to its terms."""

    path: str
    """The names of the steps that lead to it."""
    prefix: str
    """What the unions around it put before the names of its terms."""
    counter: CountVectorizer
    tfidf: TfidfTransformer | None = None
    scales: tuple[float, ...] = ()

    def compile(self, coefficients: Floats) -> Vectoriser:
        """Return its tables, with the coefficients of its terms, shape [terms]."""
        return Vectoriser(
            prefix=self.prefix,
            preparation=preparation(self.counter),
            vocabulary=vocabulary(self.counter),
            weighting=weighting(self.counter, self.tfidf, self.scales, coefficients),
        )


def compile_pipeline(pipeline: Pipeline) -> Tables:
    """Return the tables that score as `pipeline` does, which is fitted on `ham` and `spam`.

    Raises:
        CannotCompile: A part of it is not covered; the message says which and why.
    """
    classifier = pipeline[-1]
    coefficients = _coefficients(classifier)
    vectorisers, start = [], 0
    for part in _parts_of_chain(pipeline.steps[:-1], "", ""):
        end = start + len(part.counter.vocabulary_)
        try:
            vectorisers.append(part.compile(coefficients[start:end]))
        except CannotCompile as error:
            msg = f"{part.path}: {error}"
            raise CannotCompile(msg) from error
        start = end
    if start != len(coefficients):
        msg = f"{len(coefficients)} coefficients do not fit {start} terms"
        raise CannotCompile(msg)
    return Tables(float(classifier.intercept_[0]), vectorisers)


def _coefficients(classifier: Any) -> Floats:
    """Return the coefficients of a classifier whose scores are summed in double precision."""
    if type(classifier) is not LogisticRegression:
        msg = f"the classifier is a {type(classifier).__name__}, not a LogisticRegression"
        raise CannotCompile(msg)
    if classifier.classes_.tolist() != _CLASSES:
        msg = f"the classes are {classifier.classes_.tolist()}, not {_CLASSES}"
        raise CannotCompile(msg)
    if classifier.coef_.dtype != np.float64:
        msg = f"the classifier sums in {classifier.coef_.dtype}, only float64 is covered"
        raise CannotCompile(msg)
    coefficients: Floats = classifier.coef_[0]
    if not np.isfinite(coefficients).all():
        msg = "a coefficient is not finite"
        raise CannotCompile(msg)
    return coefficients


def _parts(step: Any, path: str, prefix: str) -> list[_Part]:
    """Return the vectorisers inside `step`, in the order of their columns."""
    if type(step) is CountVectorizer:
        return [_Part(path, prefix, step)]
    if type(step) is TfidfVectorizer:
        return [_Part(path, prefix, step, step._tfidf)]  # noqa: SLF001  nothing public has all of it
    if type(step) is Pipeline:
        return _parts_of_chain(step.steps, path, prefix)
    if type(step) is FeatureUnion:
        return _parts_of_union(step, path, prefix)
    msg = f"{path}: a {type(step).__name__} is not covered"
    raise CannotCompile(msg)


def _parts_of_chain(steps: list[tuple[str, Any]], path: str, prefix: str) -> list[_Part]:
    """Return the vectorisers of a chain: something with vectorisers, then perhaps TF-IDF."""
    (name, first), *rest = steps
    parts = _parts(first, _join(path, name), prefix)
    for name, step in rest:
        (part, *others) = parts
        if type(step) is not TfidfTransformer or others or part.tfidf or part.scales:
            msg = (
                f"{_join(path, name)}: a {type(step).__name__} is not covered here, only a "
                "TfidfTransformer behind a CountVectorizer"
            )
            raise CannotCompile(msg)
        parts = [replace(part, tfidf=step)]
    return parts


def _parts_of_union(union: FeatureUnion, path: str, prefix: str) -> list[_Part]:
    parts = []
    for name, step in union.transformer_list:
        if isinstance(step, str) and step == "drop":
            continue
        named = f"{prefix}{name}__" if union.verbose_feature_names_out else prefix
        scale = (union.transformer_weights or {}).get(name)
        for part in _parts(step, _join(path, name), named):
            scales = part.scales if scale is None else (*part.scales, scale)
            parts.append(replace(part, scales=scales))
    return parts


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
