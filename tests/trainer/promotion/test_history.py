import pytest

from trainer.errors import BrokenHistory
from trainer.promotion.history import LONGEST, decode, encode, served


def test_what_is_behind_the_alias_does_not_count() -> None:
    """It was rolled back, or a promotion was cut off; of a version that served twice, the last."""
    assert served(("1", "2", "1", "3"), "3") == ("1", "2", "1", "3")
    assert served(("1", "2", "1", "3"), "1") == ("1", "2", "1")
    assert served(("1", "2", "1", "3"), "2") == ("1", "2")


def test_without_an_alias_nothing_has_served() -> None:
    """What is written then is from a first promotion that was cut off."""
    assert served(("1",), None) == ()


def test_what_was_moved_by_hand_comes_last() -> None:
    """The way back from it leads to the version that served last."""
    assert served(("1", "2"), "9") == ("1", "2", "9")
    assert served((), "9") == ("9",)


def test_only_the_end_of_a_long_history_is_kept() -> None:
    """The tag does not grow for ever."""
    numbers = tuple(map(str, range(LONGEST + 7)))
    assert decode(encode(numbers)) == numbers[7:]


@pytest.mark.parametrize("tag", ["", "1, 2", '"1"', "[1, 2]", '{"1": 2}', "null"])
def test_a_tag_that_is_no_history_is_said_to_be_none(tag: str) -> None:
    """Nothing is guessed; no tag at all is no history."""
    with pytest.raises(BrokenHistory, match="delete it"):
        decode(tag)
    assert decode(None) == ()
