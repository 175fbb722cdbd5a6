import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kit.text import normalise
from trainer.dataset.corpus import Corpus
from trainer.judging.near_duplicates import near_duplicates

CAMPAIGN = "you have won a guaranteed prize of {} pounds, call {} to claim it before the weekend"
OTHERS = [
    "see you at six at the usual place, bring the tickets",
    "sorry, i am in a meeting and will call you back later",
    "did you get the photos that i sent you from the beach",
]


def test_messages_of_a_campaign_are_one_group() -> None:
    """They differ by a number; other messages are groups of their own."""
    campaign = [CAMPAIGN.format(amount, "09061234567") for amount in (1000, 2000, 1500)]
    groups = near_duplicates([*campaign, *OTHERS])
    assert len(set(groups.group[:3])) == 1
    assert len(set(groups.group)) == 4
    assert groups.near_duplicates() == 3


def test_a_group_straddles_when_folds_divide_it() -> None:
    """All its messages count then; a group within a fold does not."""
    first = [CAMPAIGN.format(amount, "09061234567") for amount in (1000, 2000)]
    second = ["your parcel waits at the depot, pay the fee " + end for end in ("now", "now!")]
    groups = near_duplicates([*first, *second, *OTHERS])
    assert groups.near_duplicates() == 4
    assert groups.straddling(np.array([0, 1, 2, 2, 0, 1, 2])) == 2
    assert groups.straddling(np.zeros(7, dtype=np.int64)) == 0


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_equal_texts_are_near_duplicates(texts: list[str]) -> None:
    """Whatever they are, empty and with lone surrogates too: doubled, each has its like."""
    groups = near_duplicates(texts + texts)
    assert (groups.group[: len(texts)] == groups.group[len(texts) :]).all()
    assert groups.near_duplicates() == 2 * len(texts)


def test_the_demo_corpus_has_some(corpus: Corpus) -> None:
    """Four in a hundred: the campaigns of its spam. Most of what is found is spam."""
    groups = near_duplicates([normalise(text) for text in corpus.texts])
    sizes = np.bincount(groups.group)
    alike = sizes[groups.group] > 1
    spam = np.array([label == "spam" for label in corpus.labels])
    assert 100 < groups.near_duplicates() == alike.sum() < 300
    assert spam[alike].mean() > 0.7


def test_thousands_of_the_same_take_no_longer_than_of_different_ones() -> None:
    """Each is compared with one of its like and not with all: CPU time grows with their number."""
    same = [CAMPAIGN.format(number, "09061234567") for number in range(8000)]
    began = time.process_time()
    near_duplicates(same)
    assert time.process_time() - began < 60
