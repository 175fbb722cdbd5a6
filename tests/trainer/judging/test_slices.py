import numpy as np

from trainer.judging.slices import measured, slices


def test_every_message_has_one_length_and_has_links_or_not() -> None:
    """The ends of the middle belong to it; length is that of the normalised text."""
    texts = ["x" * 49, "x" * 50, "x" * 120, "x" * 121, "see  www.win.com \u200b" + " " * 200]
    found = slices(texts)
    assert found["short"].tolist() == [True, False, False, False, True]
    assert found["medium"].tolist() == [False, True, True, False, False]
    assert found["long"].tolist() == [False, False, False, True, False]
    assert found["with links"].tolist() == [False] * 4 + [True]
    assert (found["without links"] == ~found["with links"]).all()


def test_a_slice_without_spam_has_measures_of_zero() -> None:
    """And no division by nothing."""
    none = measured(np.zeros(3, dtype=np.bool_), np.zeros(3, dtype=np.bool_))
    assert (none.messages, none.spam, none.f1, none.recall) == (3, 0, 0.0, 0.0)
