from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.model.lookup.occurrences import TEXT_SHIFT, count

PAIRS = st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 2**32 - 1)) | st.just((1, 7)))


@given(PAIRS)
def test_entries_are_counted_in_order(pairs: list[tuple[int, int]]) -> None:
    """Each pair of text and column once, by text and then column, with its number."""
    packed = np.array([text << int(TEXT_SHIFT) | column for text, column in pairs], np.uint64)
    entries = count(packed)
    found = zip(
        entries.texts.tolist(), entries.columns.tolist(), entries.counts.tolist(), strict=True
    )
    assert [((t, c), n) for t, c, n in found] == sorted(Counter(pairs).items())
