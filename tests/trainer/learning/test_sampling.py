import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainer.learning.sampling import judged_rows
from trainer.learning.tuning import as_texts


def corpus(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return different texts, a fifth of them spam."""
    return as_texts([f"text {number}" for number in range(size)]), np.arange(size) % 5 == 0


@given(size=st.integers(2, 300), most=st.integers(10, 300))
def test_it_is_all_or_so_many_with_the_share_of_spam(size: int, most: int) -> None:
    """In rising order, none twice, and spam as often as in the corpus."""
    texts, spam = corpus(size)
    rows = judged_rows(texts, spam, most)
    assert len(rows) == min(size, most)
    assert (np.diff(rows) > 0).all()
    assert abs(spam[rows].sum() - len(rows) * spam.mean()) <= 0.5


def test_the_choice_does_not_depend_on_the_order() -> None:
    """It is the texts that are chosen, wherever they stand."""
    texts, spam = corpus(1000)
    turned = judged_rows(texts[::-1], spam[::-1], 200)
    assert set(texts[::-1][turned]) == set(texts[judged_rows(texts, spam, 200)])


def test_a_corpus_that_has_grown_is_judged_by_much_the_same() -> None:
    """With a tenth more messages, nine in ten of those that are judged were judged before."""
    texts, spam = corpus(1100)
    before = set(texts[judged_rows(texts[:1000], spam[:1000], 200)])
    after = set(texts[judged_rows(texts, spam, 200)])
    assert len(before & after) > 160


def test_it_is_no_pattern_of_the_corpus() -> None:
    """Any part of the corpus has its share of the choice, as if by lot."""
    texts, spam = corpus(1000)
    rows = judged_rows(texts, spam, 200)
    assert 70 < (rows < 500).sum() < 130
