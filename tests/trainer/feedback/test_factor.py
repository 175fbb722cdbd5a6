import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.feedback.factor import bearable, choose, compare, difference_error
from trainer.feedback.policy import Validation
from trainer.feedback.report import Trial
from trainer.measures import Bools, Confusion

POLICY = Validation(factors=[0, 0.5, 1], max_standard_errors=1, max_loss=0.02, folds=3)
SPAM = np.arange(400) < 100


def labels_with(missed: int, wronged: int) -> Bools:
    """Return labels of which the first spam is missed and the first ham wronged."""
    labels = SPAM.copy()
    labels[:missed] = False
    labels[100 : 100 + wronged] = True
    return labels


@pytest.mark.parametrize(
    ("differences", "factor"),
    [
        ((0.0, 0.0), 1),
        ((-0.009, -0.009), 1),
        ((-0.009, -0.011), 0.5),
        ((-0.011, -0.011), 0),
        ((-0.011, 0.003), 1),
    ],
)
def test_the_largest_factor_that_is_not_worse_is_chosen(
    differences: tuple[float, float], factor: float
) -> None:
    """Not worse than without feedback by more than one standard error, here 0.01."""
    tried = zip((0.5, 1), differences, strict=True)
    trials = [Trial(0, 0.9, 0, 0), *(Trial(f, 0.9 + d, d, 0.01) for f, d in tried)]
    assert choose(trials, POLICY) == factor


def test_a_loss_within_the_noise_is_not_bearable_if_it_is_large() -> None:
    """A standard error of 0.05 does not excuse a loss of 0.03; one of 0.019 it does."""
    for loss, kept in ((0.03, False), (0.019, True)):
        assert bearable(Trial(1, 0.9, -loss, 0.05), POLICY) == kept


def test_the_order_of_factors_does_not_matter() -> None:
    """A policy may name them as it likes."""
    trials = [Trial(1, 0.9, 0, 0), Trial(0, 0.9, 0, 0), Trial(0.5, 0.9, 0, 0)]
    assert choose(trials, POLICY) == 1


def test_the_same_labels_have_no_error() -> None:
    """However uncertain F1 itself is, nothing differs."""
    labels = labels_with(20, 5)
    assert difference_error(SPAM, labels, labels, 0) == 0


def test_the_error_is_that_of_messages_drawn_anew() -> None:
    """Drawing messages one by one and labelling each as both did gives the same spread."""
    one, other = labels_with(20, 5), labels_with(10, 12)
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(4000):
        at = rng.integers(0, len(SPAM), len(SPAM))
        f1 = [Confusion.of(SPAM[at], labels[at]).f1 for labels in (one, other)]
        drawn.append(f1[1] - f1[0])
    assert difference_error(SPAM, one, other, 0) == pytest.approx(np.std(drawn), rel=0.05)


def test_what_both_get_wrong_makes_no_difference_uncertain() -> None:
    """The paired error is well below that of two F1 on different messages."""
    one, other = labels_with(30, 5), labels_with(31, 5)
    unpaired = Confusion.of(SPAM, one).f1_standard_error(0) * 2**0.5
    assert difference_error(SPAM, one, other, 0) < unpaired / 4


def test_factors_are_compared_at_their_own_thresholds() -> None:
    """Scores that are all halved label the same; scores turned round are far worse."""
    scores = np.where(SPAM, 0.8, 0.2)
    trials = compare({0: scores, 0.5: scores / 2, 1: 1 - scores}, SPAM, 0.005, 0)
    assert [trial.factor for trial in trials] == [0, 0.5, 1]
    assert [trial.f1 for trial in trials[:2]] == [1, 1]
    assert [trial.difference for trial in trials[:2]] == [0, 0]
    assert trials[2].difference < -0.5
    assert choose(trials, POLICY) == 0.5


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_the_error_is_a_number_whatever_was_labelled(rows: list[tuple[bool, bool, bool]]) -> None:
    """Without spam, or with nothing called spam, too."""
    spam, one, other = np.array(rows).T
    error = difference_error(spam, one, other, 0)
    assert 0 <= error <= 1
