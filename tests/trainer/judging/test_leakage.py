import numpy as np

from trainer.judging.leakage import data_report, overlap
from trainer.learning.tuning import folds

TEXTS = [f"message number {n} about {n * 7919 % 1000} things" for n in range(60)]


def test_folds_that_divide_the_messages_share_nothing() -> None:
    """As the evaluation's do, when no text is there twice."""
    outer = folds(np.arange(60) < 20, 3, 0)
    assert data_report(TEXTS, outer).overlap == 0


def test_a_message_in_train_and_test_is_counted() -> None:
    """Once for each test that it is in."""
    everything = np.arange(60)
    assert overlap(TEXTS, [(everything, everything[:7]), (everything[10:], everything[7:12])]) == 9


def test_texts_that_are_the_same_normalised_are_the_same() -> None:
    """Capitals and white space make no other message."""
    texts = ["WIN a prize", "win  a prize", "see you"]
    outer = [(np.array([0]), np.array([1, 2]))]
    assert data_report(texts, outer).overlap == 1
