"""A perfect hash of integers: one probe says whether a key is known, and what it stands for.

Hash and displace (Belazzougui, Botelho and Dietzfelbinger, ESA 2009), with multiply-shift hashing:
the top bits of `key * first` name a bucket; each bucket has a multiplier of its own, so chosen that
the top bits of `key * multiplier` send no two known keys to one slot. Keys are looked up by the
thousand, in a handful of passes over arrays.
"""

from itertools import count

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.errors import CannotCompile

Keys = NDArray[np.uint64]

_BITS = 64
_KEYS_A_BUCKET = 4
_LARGEST_LOAD = 0.8
_TRIALS = 64
"""Multipliers that are tried at once."""
_ROUNDS = 4096


class PerfectHash(msgspec.Struct, frozen=True):
    """Known keys, each with the number that it stands for."""

    first: int
    """Odd multiplier that leads from a key to its bucket."""
    multipliers: Keys
    """Odd multiplier of each bucket, shape [buckets], a power of two."""
    keys: Keys
    """The key in each slot, shape [slots], a power of two; 0, which is no key, where none is."""
    values: Keys
    """What the key in each slot stands for, shape [slots]."""


class Finder:
    """Looks keys up in a table."""

    def __init__(self, table: PerfectHash) -> None:
        """Look up in `table`."""
        self._table = table
        self._first = np.uint64(table.first)
        self._to_bucket = _shift(table.multipliers)
        self._to_slot = _shift(table.keys)

    def find(self, keys: Keys) -> tuple[NDArray[np.intp], Keys]:
        """Return the positions of those `keys` that are known, and what each of them stands for.

        None of `keys` is 0.
        """
        numbers = keys * self._first
        numbers >>= self._to_bucket
        # Indices are in range by construction; "clip" spares numpy a check beforehand.
        numbers = self._table.multipliers.take(_indices(numbers), mode="clip")
        numbers *= keys
        numbers >>= self._to_slot
        slots = _indices(numbers)
        known = (self._table.keys.take(slots, mode="clip") == keys).nonzero()[0]
        return known, self._table.values.take(slots.take(known), mode="clip")


def build(keys: Keys, values: Keys) -> PerfectHash:
    """Return the table that knows `keys` (distinct, none of them 0) and their `values`.

    The same keys always give the same table.

    Raises:
        CannotCompile: No multiplier serves a bucket, which for distinct keys does not happen.
    """
    random = np.random.default_rng(0)
    buckets = _power_of_two(len(keys) / _KEYS_A_BUCKET)
    slots = _power_of_two(len(keys) / _LARGEST_LOAD)
    first = int(_odd(random, 1)[0])
    multipliers = np.ones(buckets, np.uint64)
    slot_keys, slot_values = np.zeros(slots, np.uint64), np.zeros(slots, np.uint64)
    bucket_of = (keys * np.uint64(first)) >> _shift(multipliers)
    for members in _largest_first(bucket_of):
        multiplier, places = _fitting(keys[members], slot_keys, random)
        multipliers[int(bucket_of[members[0]])] = multiplier
        slot_keys[places] = keys[members]
        slot_values[places] = values[members]
    return PerfectHash(first, multipliers, slot_keys, slot_values)


def _fitting(
    keys: Keys, slot_keys: Keys, random: np.random.Generator
) -> tuple[np.uint64, NDArray[np.intp]]:
    """Return a multiplier that sends `keys` to free slots, no two to one, and those slots."""
    for _ in range(_ROUNDS):
        multipliers = _odd(random, _TRIALS)
        places = _indices((keys * multipliers[:, None]) >> _shift(slot_keys))
        fits = ~slot_keys[places].any(axis=1)
        ordered = np.sort(places, axis=1)
        fits &= (ordered[:, 1:] != ordered[:, :-1]).all(axis=1)
        if fits.any():
            chosen = int(fits.argmax())
            return multipliers[chosen], places[chosen]
    msg = "no perfect hash of the vocabulary was found: its keys are not distinct"
    raise CannotCompile(msg)


def _largest_first(bucket_of: Keys) -> list[NDArray[np.intp]]:
    """Return the positions of the keys of each bucket, while there is room for the large ones."""
    order = np.argsort(bucket_of, kind="stable")
    borders = np.flatnonzero(np.diff(bucket_of[order])) + 1
    return sorted(np.split(order, borders), key=len, reverse=True)


def _odd(random: np.random.Generator, size: int) -> Keys:
    return random.integers(0, 1 << _BITS, size, np.uint64, endpoint=False) | np.uint64(1)


def _power_of_two(least: float) -> int:
    # At least 2: a shift by all 64 bits is undefined.
    return next(1 << bits for bits in count(1) if 1 << bits >= least)


def _shift(table: Keys) -> np.uint64:
    return np.uint64(_BITS - (len(table).bit_length() - 1))


def _indices(numbers: Keys) -> NDArray[np.intp]:
    """Return the same numbers as numpy wants its indices, without a copy."""
    return numbers.view(np.int64)
