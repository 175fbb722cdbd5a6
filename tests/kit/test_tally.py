import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest

from kit.tally import Tally


@pytest.fixture
def registry() -> CollectorRegistry:
    """An empty registry."""
    return CollectorRegistry()


def test_it_is_exposed_as_a_counter_is(registry: CollectorRegistry) -> None:
    """The very bytes that prometheus_client's own counter gives."""
    other = CollectorRegistry()
    tally = Tally("answers", "Answers.", ["method", "status"], registry)
    counter = Counter("answers", "Answers.", ["method", "status"], registry=other)
    for counted in (tally, counter):
        counted.labels("GET", "200").inc()
        counted.labels("GET", "200").inc(2)
        counted.labels('P"\\\n', "404").inc(0)
    assert b'answers_total{method="GET",status="200"} 3.0' in generate_latest(registry)
    assert generate_latest(registry) == generate_latest(other)


def test_it_needs_no_labels(registry: CollectorRegistry) -> None:
    """It is one number then."""
    tally = Tally("texts", "Texts.", registry=registry)
    tally.labels().inc(7)
    assert registry.get_sample_value("texts_total") == 7


def test_a_wrong_number_of_labels_is_told(registry: CollectorRegistry) -> None:
    """Prometheus would not take such a series."""
    tally = Tally("answers", "Answers.", ["method"], registry)
    with pytest.raises(ValueError, match="answers has the labels"):
        tally.labels("GET", "200")


def test_a_name_is_taken_once(registry: CollectorRegistry) -> None:
    """As with any other metric."""
    Tally("answers", "Answers.", ["method"], registry)
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        Counter("answers", "Answers.", registry=registry)
