import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.bodies import BodyBudget
from kit.errors import Unavailable


@given(sizes=st.lists(st.integers(0, 60)))
def test_no_more_is_given_than_there_is(sizes: list[int]) -> None:
    """What does not fit is refused whole; what is given back can be taken again."""
    budget = BodyBudget(100)
    taken: list[int] = []
    for size in sizes:
        if sum(taken) + size <= 100:
            budget.take(size)
            taken.append(size)
            continue
        with pytest.raises(Unavailable, match="more than 100 bytes"):
            budget.take(size)
    for size in taken:
        budget.give_back(size)
    budget.take(100)
