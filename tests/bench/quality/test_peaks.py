import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality.peaks import best_threshold
from trainer.measures import Confusion

SCORED = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.75, 1.0])),
    min_size=1,
    max_size=40,
).filter(lambda rows: any(spam for spam, _ in rows))


@given(SCORED)
def test_no_threshold_is_better(rows: list[tuple[bool, float]]) -> None:
    """The threshold reaches the F1 that it promises, and no other cut does better."""
    spam = np.array([row[0] for row in rows])
    scores = np.array([row[1] for row in rows])
    threshold, promised = best_threshold(spam, scores)
    reached = Confusion.of(spam, scores >= threshold).f1
    assert math.isclose(reached, promised)
    for cut in (*scores, 2.0):
        assert Confusion.of(spam, scores >= cut).f1 <= promised + 1e-12


CLOSE = [np.nextafter(0.5, 0), 0.5, np.nextafter(0.5, 1), np.nextafter(np.nextafter(0.5, 1), 1)]
FINE = st.lists(
    st.tuples(st.booleans(), st.sampled_from(CLOSE) | st.floats(1e-6, 1 - 1e-6)),
    min_size=1,
    max_size=12,
).filter(lambda rows: any(spam for spam, _ in rows))


@given(FINE)
def test_scores_as_close_as_can_be_are_kept_apart(rows: list[tuple[bool, float]]) -> None:
    """The promised F1 is reached between neighbouring floating-point numbers too."""
    spam = np.array([row[0] for row in rows])
    scores = np.array([row[1] for row in rows])
    threshold, promised = best_threshold(spam, scores)
    assert math.isclose(Confusion.of(spam, scores >= threshold).f1, promised)


@pytest.mark.parametrize("scores", [[1.0, 1.0, 0.0, 0.0], [1.0, np.nextafter(1, 0)], [0.0, 0.0]])
def test_a_threshold_is_never_at_the_edge(scores: list[float]) -> None:
    """0 would call everything spam and 1 be refused by the model server."""
    spam = np.arange(len(scores)) < len(scores) / 2
    assert 0 < best_threshold(spam, np.array(scores))[0] < 1


@pytest.mark.parametrize("scores", [[0.9, 0.8, 0.2, 0.1], [0.6, 0.6, 0.1, 0.1]])
def test_the_threshold_lies_between_two_scores(scores: list[float]) -> None:
    """No message sits on it, so a rounding error turns no label."""
    threshold, f1 = best_threshold(np.array([True, True, False, False]), np.array(scores))
    assert f1 == 1.0
    assert scores[2] < threshold < scores[1]
