import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from trainer.measures import Confusion

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(PAIRS)
def test_measures_are_scikit_learns(pairs: list[tuple[bool, bool]]) -> None:
    """Precision, recall and F1 of spam are what scikit-learn says they are."""
    spam, predicted = np.array(pairs).T
    counted = Confusion.of(spam, predicted)
    assert math.isclose(counted.f1, f1_score(spam, predicted, zero_division=0))
    assert math.isclose(counted.precision, precision_score(spam, predicted, zero_division=0))
    assert math.isclose(counted.recall, recall_score(spam, predicted, zero_division=0))
    assert counted.true_spam + counted.false_ham == spam.sum()


def test_ham_false_positive_rate() -> None:
    """The share of ham, not of all messages, that was called spam."""
    assert Confusion(10, 3, 0, 97).ham_false_positive_rate == 0.03


def test_the_standard_error_is_that_of_repeated_corpora() -> None:
    """The bootstrap agrees with the spread of F1 over corpora drawn from the same source."""
    rng = np.random.default_rng(1)
    source = np.array([530, 12, 31, 3960]) / 4533
    drawn = [Confusion(*map(int, rng.multinomial(4533, source))) for _ in range(4000)]
    spread = float(np.std([confusion.f1 for confusion in drawn]))
    estimated = Confusion(530, 12, 31, 3960).f1_standard_error(seed=0)
    assert math.isclose(estimated, spread, rel_tol=0.1)


def test_the_standard_error_is_reproducible() -> None:
    """The same seed gives the same figure."""
    confusion = Confusion(50, 2, 3, 500)
    assert confusion.f1_standard_error(7) == confusion.f1_standard_error(7)
