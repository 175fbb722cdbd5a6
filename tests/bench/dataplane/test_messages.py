import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dataplane.messages import (
    Messages,
    left_to_the_model,
    long_texts,
    share_of_new_words,
    splice,
    unseen,
)
from rules.engine import Engine
from rules.loading import load_engine
from rules.pack import default_pack_path
from trainer.dataset.corpus import Corpus

TEXTS = ["see you at 7 then", "call me on 555 1234 please", "one"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine of the shipped pack."""
    return load_engine(default_pack_path(), tmp_path_factory.getbasetemp() / "rules-cache")


@pytest.fixture(scope="module")
def messages(corpus: Corpus, engine: Engine) -> Messages:
    """The demo corpus by who decides it."""
    return Messages.split(corpus.texts, engine)


def test_every_message_is_decided_by_a_rule_or_left(
    messages: Messages, corpus: Corpus, engine: Engine
) -> None:
    """Both parts together are the corpus, and the engine agrees with either."""
    assert sorted([*messages.ruled, *messages.left]) == sorted(corpus.texts)
    assert not any(left_to_the_model(text, engine) for text in messages.ruled)
    assert all(left_to_the_model(text, engine) for text in messages.left)


@given(st.integers(0, 2**32))
def test_spliced_messages_are_the_same_for_a_seed_and_none_comes_twice(seed: int) -> None:
    """What is measured today can be measured again; a message is new each time."""
    first = list(itertools.islice(splice(TEXTS, seed), 50))
    assert first == list(itertools.islice(splice(TEXTS, seed), 50))
    assert len(set(first)) == 50


def test_other_seeds_give_other_messages(messages: Messages) -> None:
    """A round does not warm the next."""
    one, other = (set(itertools.islice(splice(messages.left, seed), 2_000)) for seed in (1, 2))
    assert len(one & other) < 20


def test_unseen_messages_are_left_to_the_model_and_hold_new_words(
    messages: Messages, engine: Engine
) -> None:
    """About one word in ten is new; of invented ones nearly every word is."""
    known = [*messages.ruled, *messages.left]
    found = unseen(messages.left, engine, 1, 1_000)
    assert len(found) == 1_000
    assert all(left_to_the_model(text, engine) for text in found)
    assert 0.05 < share_of_new_words(found, known) < 0.2
    invented = unseen(messages.left, engine, 1, 200, invented=1.0)
    assert share_of_new_words(invented, known) > 0.95


@pytest.mark.parametrize("size", [80, 1_024, 5_000])
def test_long_texts_have_the_size_and_are_left_to_the_model(
    messages: Messages, engine: Engine, size: int
) -> None:
    """Bytes of UTF-8 are what is counted."""
    found = long_texts(messages.left, engine, size, 3)
    assert [len(text.encode()) for text in found] == [size] * 3
    assert len(set(found)) == 3
    assert all(left_to_the_model(text, engine) for text in found)
