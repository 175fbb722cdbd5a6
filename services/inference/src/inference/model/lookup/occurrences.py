"""Occurrences of terms in texts, and how often each occurs in each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Occurrences = NDArray[np.uint64]
"""One number an occurrence, `text << TEXT_SHIFT | column`, so that sorting brings equals together
and leaves each text's terms in the order of their columns."""

TEXT_SHIFT = np.uint64(32)
_COLUMN_MASK = np.uint64((1 << 32) - 1)


@dataclass(frozen=True)
class Counts:
    """Each term of each text once, by text and column; all have shape [entries]."""

    texts: NDArray[np.intp]
    columns: NDArray[np.intp]
    counts: NDArray[np.intp]


def count(occurrences: Occurrences) -> Counts:
    """Return how often each term occurs in each text; `occurrences` are sorted in place."""
    occurrences.sort()
    is_border = np.empty(len(occurrences) + 1, np.bool_)
    is_border[0] = is_border[-1] = True
    np.not_equal(occurrences[1:], occurrences[:-1], out=is_border[1:-1])
    borders = is_border.nonzero()[0]
    entries = occurrences.take(borders[:-1])
    columns = entries & _COLUMN_MASK
    entries >>= TEXT_SHIFT
    return Counts(entries.view(np.int64), columns.view(np.int64), borders[1:] - borders[:-1])
