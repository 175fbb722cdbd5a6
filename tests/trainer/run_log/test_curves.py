import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from trainer.run_log.curves import histogram, precision_recall, reliability, wilson

MESSAGES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.51, 0.9, 1.0])), min_size=1
)


def test_precision_and_recall_at_every_threshold() -> None:
    """Three thresholds: the two messages with equal scores are never divided."""
    spam = np.array([True, False, True, False])
    curve = precision_recall(spam, np.array([0.9, 0.5, 0.5, 0.1]))
    assert curve.recall.tolist() == [0.5, 1.0, 1.0]
    assert curve.precision.tolist() == [1.0, 2 / 3, 0.5]
    assert curve.average_precision == pytest.approx(0.5 * 1.0 + 0.5 * 2 / 3)


@given(MESSAGES.filter(lambda rows: any(spam for spam, _ in rows)))
def test_average_precision_is_scikit_learns(rows: list[tuple[bool, float]]) -> None:
    """On any labels and scores."""
    spam, scores = np.array([one for one, _ in rows]), np.array([score for _, score in rows])
    expected = average_precision_score(spam, scores)
    assert precision_recall(spam, scores).average_precision == pytest.approx(expected)


def test_bins_have_the_share_of_spam_among_them() -> None:
    """A score of 1 belongs to the last bin, and bins without messages are left out."""
    spam = np.array([False, False, True, True, True])
    low, high = reliability(spam, np.array([0.02, 0.04, 0.04, 0.95, 1.0]))
    assert (low.messages, low.share, high.messages, high.share) == (3, 1 / 3, 2, 1.0)
    assert (low.score, high.score) == pytest.approx((0.1 / 3, 0.975))


@given(MESSAGES)
def test_a_histogram_has_every_message_once(rows: list[tuple[bool, float]]) -> None:
    """Spam and ham apart."""
    spam, scores = np.array([one for one, _ in rows]), np.array([score for _, score in rows])
    bars = histogram(spam, scores)
    assert bars.spam.sum() == spam.sum()
    assert bars.ham.sum() == (~spam).sum()
    assert histogram(spam, scores, 2).spam.tolist() == [
        (spam & (scores < 0.5)).sum(), (spam & (scores >= 0.5)).sum()
    ]  # fmt: skip


def test_wilsons_interval() -> None:
    """As in Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 0 of 20, 1 of 29."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
