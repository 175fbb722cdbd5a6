from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer

from inference.model.lookup.occurrences import TEXT_SHIFT, count
from inference.model.weighting import Weighting, contributions, sums

IDF = np.array([1.0, 1.7, 2.3, 4.9])
TEXTS = st.lists(
    st.lists(st.integers(0, 50) | st.just(0), min_size=4, max_size=4), min_size=1, max_size=5
)


def weighting(**settings: Any) -> Weighting:
    """Weighs with `IDF`, and coefficients of 1."""
    values: dict[str, Any] = {
        "dtype": "float64", "binary": False, "sublinear": False, "norm": None, "idf": IDF,
        "scales": [], "coefficients": np.ones(4),
    }  # fmt: skip
    return Weighting(**values | settings)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@given(TEXTS, st.booleans(), st.sampled_from(["l1", "l2", None]))
def test_weights_are_those_of_scikit_learn_to_the_last_bit(
    dtype: Literal["float64", "float32"],
    rows: list[list[int]],
    sublinear: bool,  # noqa: FBT001  drawn
    norm: Literal["l1", "l2"] | None,
) -> None:
    """The same operations in the same order and type give the very same numbers."""
    tfidf = TfidfTransformer(norm=norm, sublinear_tf=sublinear)
    tfidf.idf_ = IDF.astype(dtype)
    expected = tfidf.transform(np.array(rows, dtype))
    occurrences = [
        text << int(TEXT_SHIFT) | column
        for text, row in enumerate(rows)
        for column, times in enumerate(row)
        for _ in range(times)
    ]
    entries = count(np.array(occurrences, np.uint64))
    weighed = weighting(dtype=dtype, sublinear=sublinear, norm=norm, idf=tfidf.idf_)
    added = contributions(entries, weighed, len(rows))
    assert added.astype(dtype).tolist() == expected.data[expected.data > 0].tolist()
    assert np.allclose(sums(added, entries, len(rows)), np.asarray(expected.sum(axis=1)).ravel())


def test_coefficients_and_scales_multiply() -> None:
    """What a term adds is its weight, times that of the vectoriser, times its coefficient."""
    entries = count(np.array([1, 1, 3], np.uint64))
    settings = weighting(scales=[2.0, 0.5], coefficients=np.array([0.0, 3.0, 0.0, -1.0]))
    assert contributions(entries, settings, 1).tolist() == [2 * 1.7 * 3.0, -4.9]
    assert contributions(entries, weighting(binary=True, idf=None), 1).tolist() == [1.0, 1.0]
