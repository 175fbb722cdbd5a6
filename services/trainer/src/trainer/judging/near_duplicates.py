"""Near-duplicates: messages that are nearly the same as another, found in time that grows evenly.

MinHash (Broder, Compression and Complexity of Sequences, 1997): the share of places at which two
signatures agree estimates the share of their runs of characters that two texts have in common
(Jaccard). Signatures are divided into bands; texts that agree in a whole band are compared
(Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIMILAR = 0.8
"""Least estimated share of common runs of characters that makes two texts nearly the same."""
MOST = 100_000
"""Messages that are compared at most; of more, so many are drawn."""

_RUN = 5
_BANDS, _ROWS = 20, 5
_SEED = 0
_CHARS = 2000
"""Of a longer text only so many characters are compared."""

Signature = NDArray[np.uint32]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Groups:
    """Which messages are nearly the same."""

    compared: Labels
    """The messages that were compared, by index, shape [compared]."""
    group: Labels
    """Number of the group of each, shape [compared]; nearly the same messages share one."""

    def near_duplicates(self) -> int:
        """Return how many messages are nearly the same as another."""
        sizes = np.bincount(self.group)
        return int(sizes[sizes > 1].sum())

    def straddling(self, fold: Labels) -> int:
        """Return how many messages are in a group that is in several folds.

        `fold` is the number of the fold that tests each message, shape [messages].
        """
        folds = fold[self.compared]
        pairs = np.unique(np.stack([self.group, folds]), axis=1)
        several = np.bincount(pairs[0], minlength=self.group.max(initial=0) + 1) > 1
        return int(several[self.group].sum())


def near_duplicates(texts: Sequence[str]) -> Groups:
    """Return the groups of `texts` that are nearly the same."""
    rng = np.random.default_rng(_SEED)
    compared = np.arange(len(texts))
    if len(texts) > MOST:
        compared = np.sort(rng.choice(len(texts), MOST, replace=False))
    factors = rng.integers(1, 2**32, _BANDS * _ROWS, dtype=np.uint32) | np.uint32(1)
    offsets = rng.integers(0, 2**32, _BANDS * _ROWS, dtype=np.uint32)
    signatures = np.stack([_signature(texts[int(index)], factors, offsets) for index in compared])
    return Groups(compared, _grouped(signatures))


def _signature(text: str, factors: Signature, offsets: Signature) -> Signature:
    """Return the least value of every hash over the text's runs of characters."""
    codes = np.frombuffer(text[:_CHARS].ljust(_RUN).encode("utf-32-le", "replace"), dtype="<u4")
    runs = np.zeros(len(codes) - _RUN + 1, dtype=np.uint32)
    for place in range(_RUN):
        runs = runs * np.uint32(0x01000193) ^ codes[place : place + len(runs)]
    # Spread, so that the multiplications below meet all bits (the finaliser of MurmurHash3).
    runs = (runs ^ (runs >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    runs = (runs ^ (runs >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    runs = np.unique(runs ^ (runs >> np.uint32(16)))
    hashed = runs[:, None] * factors + offsets
    # The low bits of a product depend on the low bits of its factors only.
    least: Signature = (hashed ^ (hashed >> np.uint32(15))).min(axis=0)
    return least


def _grouped(signatures: Signature) -> Labels:
    """Return a group number for each signature.

    In each band a message is compared with the first that agrees with it there, not with all of
    them: that bounds the time where thousands are the same.
    """
    parents = list(range(len(signatures)))
    for band in range(_BANDS):
        part = np.ascontiguousarray(signatures[:, band * _ROWS : (band + 1) * _ROWS])
        first: dict[bytes, int] = {}
        for index, row in enumerate(part):
            other = first.setdefault(row.tobytes(), index)
            if other != index and _alike(signatures[index], signatures[other]):
                parents[_root(parents, index)] = _root(parents, other)
    roots = [_root(parents, index) for index in range(len(parents))]
    _, groups = np.unique(np.array(roots, dtype=np.intp), return_inverse=True)
    return groups.astype(np.intp)


def _alike(one: Signature, other: Signature) -> bool:
    return bool((one == other).mean() >= SIMILAR)


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index
