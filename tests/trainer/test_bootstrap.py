import numpy as np

from fixtures.gate import paired
from trainer.bootstrap import f1_differences, f1_interval
from trainer.measures import Confusion


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of corpora drawn from a source of known F1, about 95 of 100 intervals hold it."""
    rng = np.random.default_rng(1)
    source = np.array([530, 12, 31, 3960]) / 4533
    truth = Confusion(530, 12, 31, 3960).f1
    held = 0
    for seed in range(300):
        found = f1_interval(Confusion(*map(int, rng.multinomial(4533, source))), seed)
        held += found.low <= truth <= found.high
    assert 0.91 < held / 300 < 0.985


def test_an_interval_of_no_mistakes_is_a_point() -> None:
    """There is nothing to draw but right labels."""
    found = f1_interval(Confusion(50, 0, 0, 500), 0)
    assert found.low == found.high == 1.0


def test_differences_are_those_of_the_same_messages() -> None:
    """Mistakes that both make leave no trace: labels that are equal never differ in F1."""
    labels = paired(both=100, candidate_only=0, champion_only=0)
    draws = f1_differences(labels.spam, labels.candidate, labels.champion, 0)
    assert not draws.any()


def test_differences_are_centred_at_the_difference() -> None:
    """And have the sign of the first less the second."""
    labels = paired(both=10, candidate_only=30, champion_only=10)
    draws = f1_differences(labels.spam, labels.candidate, labels.champion, 0)
    found = [Confusion.of(labels.spam, called).f1 for called in (labels.candidate, labels.champion)]
    assert found[0] < found[1]
    assert abs(draws.mean() - (found[0] - found[1])) < 0.001
    assert (np.diff(draws) >= 0).all()
