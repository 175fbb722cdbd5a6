"""Whether two models are the same, bit for bit, part by part, and by how much they are not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trainer.measures import Floats


@dataclass(frozen=True)
class Comparison:
    """One part of a stored model beside the same part of another."""

    part: str
    identical: bool
    difference: str = ""
    """What differs, in words; empty if nothing does."""


@dataclass(frozen=True)
class Parts:
    """All of a model that its labels hang on."""

    settings: Mapping[str, str]
    """Of every step, by name."""
    vocabulary: Mapping[str, int]
    """Column of each term, of all vectorisers."""
    idf: Floats
    """Of each term that has one, shape [terms with an idf]."""
    coefficients: Floats
    """Shape [1, terms]."""
    intercept: Floats
    """Shape [1]."""
    threshold: float


def compare(stored: Parts, again: Parts) -> list[Comparison]:
    """Return how `again` differs from `stored`, for every part."""
    thresholds = (np.array([parts.threshold]) for parts in (stored, again))
    return [
        _compare_settings(stored.settings, again.settings),
        _compare_terms(stored.vocabulary, again.vocabulary),
        _compare_numbers("idf", stored.idf, again.idf),
        _compare_numbers("coefficients", stored.coefficients, again.coefficients),
        _compare_numbers("intercept", stored.intercept, again.intercept),
        _compare_numbers("threshold", *thresholds),
    ]


def _compare_settings(stored: Mapping[str, str], again: Mapping[str, str]) -> Comparison:
    names = sorted(stored.keys() | again.keys())
    changed = [
        f"{name} is {stored.get(name, 'missing')} and {again.get(name, 'missing')}"
        for name in names
        if stored.get(name) != again.get(name)
    ]
    return Comparison("settings", not changed, "; ".join(changed))


def _compare_terms(stored: Mapping[str, int], again: Mapping[str, int]) -> Comparison:
    if stored == again:
        return Comparison("vocabulary", identical=True)
    moved = sum(stored[term] != again[term] for term in stored.keys() & again.keys())
    return Comparison(
        "vocabulary",
        identical=False,
        difference=f"{len(stored.keys() - again.keys())} terms are only in the stored one, "
        f"{len(again.keys() - stored.keys())} only in the other, {moved} have another column",
    )


def _compare_numbers(part: str, stored: Floats, again: Floats) -> Comparison:
    if stored.shape != again.shape:
        return Comparison(part, identical=False, difference=f"{stored.size} and {again.size} of it")
    # Bytes and not values: NaN is itself, and 0.0 is not -0.0.
    if stored.dtype == again.dtype and stored.tobytes() == again.tobytes():
        return Comparison(part, identical=True)
    largest = float(np.max(np.abs(stored - again)))
    return Comparison(part, identical=False, difference=f"largest difference {largest:.3g}")
