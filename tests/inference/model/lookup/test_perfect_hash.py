import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import CannotCompile
from inference.model.lookup.perfect_hash import Finder, build

KEYS = st.sets(st.integers(1, 2**64 - 1), min_size=1, max_size=300)


def as_keys(numbers: list[int]) -> np.ndarray:
    """The numbers as an array of keys."""
    return np.array(numbers, np.uint64)


@given(KEYS, st.lists(st.integers(1, 2**64 - 1), max_size=50))
def test_what_is_known_is_found_and_nothing_else(known: set[int], others: list[int]) -> None:
    """Every known key is found with its value, at its position; any other key is not."""
    values = {key: value for value, key in enumerate(known)}
    table = build(as_keys(list(known)), as_keys(list(values.values())))
    asked = [*others, *known]
    positions, found = Finder(table).find(as_keys(asked))
    expected = [(at, values[key]) for at, key in enumerate(asked) if key in values]
    assert list(zip(positions.tolist(), found.tolist(), strict=True)) == expected


def test_consecutive_keys_are_no_problem() -> None:
    """Keys close together, as n-grams are that differ in their last letter, all get a slot."""
    keys = np.arange(1, 20_001, dtype=np.uint64)
    positions, values = Finder(build(keys, keys)).find(keys)
    assert len(positions) == len(keys)
    assert np.array_equal(values, keys)


def test_the_same_keys_give_the_same_table() -> None:
    """Nothing depends on chance, so that a compiled model has one digest."""
    keys = as_keys([5, 7, 2**63, 12])
    one, other = build(keys, keys), build(keys, keys)
    assert one.first == other.first
    assert np.array_equal(one.multipliers, other.multipliers)
    assert np.array_equal(one.keys, other.keys)


def test_a_key_twice_is_refused() -> None:
    """Equal keys can have no slots of their own."""
    keys = as_keys([3, 3])
    with pytest.raises(CannotCompile, match="not distinct"):
        build(keys, keys)
