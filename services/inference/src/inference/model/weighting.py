"""TF-IDF and the coefficients: what each term of each text adds to the logit.

The arithmetic is scikit-learn's, step by step, in its order and its floating-point type.
"""

from typing import Any, Literal, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.model.lookup.occurrences import Counts

Floats = NDArray[np.float64]

_DTYPES: dict[str, np.dtype[Any]] = {
    "float64": np.dtype(np.float64),
    "float32": np.dtype(np.float32),
}


class Weighting(msgspec.Struct, frozen=True):
    """How the counts of a vectoriser's terms become contributions to the logit."""

    dtype: Literal["float64", "float32"]
    """In which TF-IDF is computed."""
    binary: bool
    """Whether a term counts once however often it occurs."""
    sublinear: bool
    """Whether a count c weighs 1 + log(c)."""
    norm: Literal["l1", "l2"] | None
    idf: NDArray[Any] | None
    """Inverse document frequencies, shape [columns]."""
    scales: list[float]
    """Weights of the vectoriser beside others, from the innermost union outwards."""
    coefficients: Floats
    """Of the logistic regression, shape [columns]."""


def contributions(entries: Counts, weighting: Weighting, texts: int) -> Floats:
    """Return what each of `entries` adds to the logit of its text, shape [entries].

    `texts` is the number of texts.
    """
    weights = entries.counts.astype(_DTYPES[weighting.dtype])
    if weighting.binary:
        weights.fill(1)
    if weighting.sublinear:
        np.log(weights, out=weights)
        weights += 1
    if weighting.idf is not None:
        weights *= weighting.idf.take(entries.columns)
    if weighting.norm is not None:
        weights /= _norms(weights, entries, weighting.norm, texts)
    for scale in weighting.scales:
        weights *= scale
    added: Floats = weights * weighting.coefficients.take(entries.columns)
    return added


def sums(added: Floats, entries: Counts, texts: int) -> Floats:
    """Return the sum of contributions of each text, in the order of columns, shape [texts]."""
    # numpy's types say integers whatever is summed.
    return cast("Floats", np.bincount(entries.texts, added, texts))


def _norms(weights: NDArray[Any], entries: Counts, norm: Literal["l1", "l2"], texts: int) -> Floats:
    """Return for each entry the norm of its text's row, shape [entries]."""
    if norm == "l1":
        totals = sums(np.abs(weights), entries, texts)
    else:
        totals = np.sqrt(sums(weights * weights, entries, texts))
    return totals.take(entries.texts)
