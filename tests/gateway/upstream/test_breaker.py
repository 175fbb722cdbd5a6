"""Facts about the circuit breaker: when it opens, for how long, and what closes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.breaker import Breaker


def breaker(failures: int = 3, longest: float = 60.0, jitter: float = 1.0) -> Breaker:
    """Return a breaker whose jitter is always the same."""
    return Breaker(failures, longest, lambda: jitter)


def test_it_opens_after_failures_in_a_row() -> None:
    """With the last of them, and not before; a success in between begins anew."""
    one = breaker()
    assert [one.failed(), one.failed()] == [None, None]
    one.succeeded()
    assert [one.failed(), one.failed()] == [None, None]
    assert one.failed() == 0.5
    assert one.state == "open"


def test_each_time_is_twice_as_long() -> None:
    """A probe that fails opens it again, for a time that doubles up to the longest."""
    one = breaker(longest=3.0)
    delays = []
    for _ in range(5):
        delays.append(next(filter(None, iter(one.failed, ...))))
        one.half_open()
    assert delays == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_probe_that_succeeds_closes_it() -> None:
    """Then all is as at first: it takes as many failures, and the first time is short again."""
    one = breaker(failures=2)
    for _ in range(2):
        one.failed()
        assert one.failed() == 0.5
        one.half_open()
        one.succeeded()
        assert one.state == "closed"


def test_calls_that_were_under_way_change_nothing() -> None:
    """Their failures do not make the time longer; an answer proves the address well."""
    one = breaker(failures=1)
    assert one.failed() == 0.5
    assert [one.failed() for _ in range(10)] == [None] * 10
    one.succeeded()
    assert one.state == "closed"


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 0.25), (0.5, 0.375), (1.0, 0.5)])
def test_replicas_do_not_probe_in_step(jitter: float, seconds: float) -> None:
    """The time is varied between half and all of itself."""
    assert breaker(failures=1, jitter=jitter).failed() == seconds


@given(events=st.lists(st.sampled_from(["failed", "succeeded", "half_open"]), max_size=200))
def test_whatever_happens_no_time_is_too_long(events: list[str]) -> None:
    """It is open exactly from a time that it names until it is told that this is over."""
    one = Breaker(2, 7.0)
    for event in events:
        if event == "half_open" and one.state != "open":
            continue
        seconds = getattr(one, event)()
        assert (seconds is not None) <= (one.state == "open")
        assert seconds is None or 0.25 <= seconds <= 7.0
        assert event != "succeeded" or one.state == "closed"
