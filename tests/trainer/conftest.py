"""A small pack and a small corpus for the tests of rule quality."""

from pathlib import Path

import pytest

from fixtures.corpus import corpus_of
from fixtures.packs import word_rule, write_pack
from trainer.dataset.corpus import Corpus


@pytest.fixture
def small_pack(tmp_path: Path) -> Path:
    """Two spam rules, one in the shadow, a ham rule, one that hits nothing, one that is off."""
    return write_pack(
        tmp_path / "pack.yaml",
        word_rule("prize"),
        word_rule("claim"),
        word_rule("win", state="shadow"),
        word_rule("mum", verdict="ham"),
        word_rule("never"),
        word_rule("lunch", state="off"),
    )


@pytest.fixture
def small_corpus() -> Corpus:
    """Ten messages that the small pack gets right, wrong, or does not know."""
    spam = ["prize claim", "prize claim win", "prize", "win only", "mum, a prize", "plain"]
    ham = ["mum hello", "claim form", "lunch", "see you"]
    return corpus_of(spam, ham)
