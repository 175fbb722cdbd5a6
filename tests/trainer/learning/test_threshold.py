import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.learning.threshold import choose_threshold, expected_f1
from trainer.measures import Confusion

ROWS = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=40).filter(
    lambda rows: any(not spam for spam, _ in rows)
)


def honest(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn by the very probabilities that stand beside them."""
    rng = np.random.default_rng(2)
    scores = rng.beta(0.2, 0.8, count)
    return rng.random(count) < scores, scores


def test_no_threshold_expects_more() -> None:
    """On honest probabilities no threshold reaches a larger F1, but for chance."""
    spam, scores = honest(50_000)
    threshold = choose_threshold(spam, scores, 1.0)
    reached = Confusion.of(spam, scores >= threshold).f1
    others = [Confusion.of(spam, scores >= cut).f1 for cut in np.linspace(0.02, 0.98, 49)]
    assert reached > max(others) - 0.003
    assert abs(reached - expected_f1(scores)) < 0.01


def test_certain_scores_have_their_threshold_in_the_middle() -> None:
    """Where all is certain F1 is 1, and the threshold half of that."""
    spam = np.arange(10) < 3
    assert choose_threshold(spam, spam.astype(float), 0.01) == 0.5


@given(ROWS, st.floats(0, 1, exclude_min=True))
def test_the_ceiling_is_kept(rows: list[tuple[bool, float]], rate: float) -> None:
    """No larger share of the ham is called spam, but for ham that scores a full 1."""
    spam, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    threshold = choose_threshold(spam, scores, rate)
    assert 0 < threshold < 1
    certain = scores >= np.nextafter(1, 0)
    called = Confusion.of(spam[~certain], scores[~certain] >= threshold)
    assert called.false_spam <= rate * (~spam).sum()


def test_the_threshold_is_raised_no_further_than_to_the_ceiling() -> None:
    """Of 100 ham, with 2 in 100 allowed, exactly the two highest are called spam."""
    scores = np.r_[np.full(30, 0.95), np.linspace(0.5, 0.9, 100)]
    spam = np.arange(130) < 30
    threshold = choose_threshold(spam, scores, 0.02)
    assert Confusion.of(spam, scores >= threshold).false_spam == 2


@pytest.mark.parametrize("scores", [[0.3, 0.3], [0.0, 0.0], [1.0, 1.0]])
def test_a_threshold_is_never_at_the_edge(scores: list[float]) -> None:
    """0 would call everything spam and 1 be refused by the model server."""
    assert 0 < choose_threshold(np.array([True, False]), np.array(scores), 0.005) < 1
