from hypothesis import given
from hypothesis import strategies as st

from inference.following.backoff import LONGEST_SECONDS, backed_off


def test_the_wait_doubles_up_to_a_minute() -> None:
    """Five seconds after an answer, ten after the first failure, and so on."""
    assert [backed_off(5, failures) for failures in range(6)] == [5, 10, 20, 40, 60, 60]
    assert backed_off(300, 3) == 300, "a longer interval of the user's own is not cut short"


@given(st.floats(1e-3, 1e6), st.integers(0, 10**9))
def test_the_wait_is_bounded_and_never_shrinks(seconds: float, failures: int) -> None:
    """Whatever the interval, and however long the registry is away."""
    wait = backed_off(seconds, failures)
    assert seconds <= wait <= max(seconds, LONGEST_SECONDS)
    assert wait <= backed_off(seconds, failures + 1)
