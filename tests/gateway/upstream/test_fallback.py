"""Facts about the fallback: what it answers, what it counts, and when it speaks."""

from collections.abc import Iterator
from typing import get_args

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from gateway.errors import ModelUnavailable, Reason
from gateway.upstream.fallback import Fallback


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        """Begin at 100 s."""
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A time that stands still."""
    return Clock()


@pytest.fixture
def logs() -> Iterator[list[dict[str, object]]]:
    """What is logged in this test."""
    with capture_logs() as logs:
        yield logs  # type: ignore[misc]


def count(reason: Reason) -> float:
    """Return the count of messages for which the model was unavailable."""
    name = "hamgate_gateway_model_unavailable_messages_total"
    return REGISTRY.get_sample_value(name, {"reason": reason}) or 0.0


@pytest.mark.parametrize("reason", get_args(Reason))
def test_each_message_is_counted_by_its_reason(reason: Reason) -> None:
    """Whether it has a fallback or not."""
    before, error = count(reason), ModelUnavailable("away", reason)
    assert Fallback("ham").label_for(error) == "ham"
    assert Fallback("spam").label_for(error) == "spam"
    with pytest.raises(ModelUnavailable) as raised:
        Fallback("error").label_for(error)
    assert raised.value is error
    assert count(reason) == before + 3


def test_an_outage_is_told_once(clock: Clock, logs: list[dict[str, object]]) -> None:
    """At its first message, with what is answered meanwhile; the message's text is not in it."""
    fallback = Fallback("ham", clock)
    for _ in range(1000):
        clock.now += 1
        fallback.label_for(ModelUnavailable("away", "full"))
    assert logs == [
        {"event": "model_unavailable", "log_level": "warning", "reason": "full", "answer": "ham"}
    ]


def test_the_end_of_an_outage_is_told(clock: Clock, logs: list[dict[str, object]]) -> None:
    """With an answer after ten seconds without a failure; how many messages, how long."""
    fallback = Fallback("spam", clock)
    for _ in range(3):
        fallback.label_for(ModelUnavailable("away"))
        clock.now += 4.0
    fallback.answered()
    assert fallback.outage
    clock.now += 6.0
    fallback.answered()
    assert not fallback.outage
    assert logs[1:] == [
        {"event": "model_available", "log_level": "info", "messages": 3, "seconds": 8.0}
    ]


def test_answers_in_between_make_no_other_outage(
    clock: Clock, logs: list[dict[str, object]]
) -> None:
    """Under a load that is a little too high, it is one outage, not thousands."""
    fallback = Fallback("spam", clock)
    for _ in range(500):
        fallback.label_for(ModelUnavailable("full", "full"))
        clock.now += 0.01
        fallback.answered()
    assert len(logs) == 1
