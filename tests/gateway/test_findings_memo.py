"""Facts about the memo of findings: what it returns, and what it can cost."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from fixtures.packs import engine_of, word_rule
from gateway.findings_memo import FindingsMemo
from gateway.rulebook import Rulebook
from rules.engine import Findings

NOTHING = Findings((), None)


def lookups(outcome: str) -> float:
    """Return the count of texts looked up with this outcome."""
    labels = {"outcome": outcome}
    return REGISTRY.get_sample_value("hamgate_gateway_rules_memo_lookups_total", labels) or 0.0


def test_what_was_put_is_returned_for_that_text_only() -> None:
    """The very object, for the very text: not for one that is only equal when normalised."""
    memo, found = FindingsMemo(10, 10_000), Findings((), None)
    memo.put("Free", found)
    hits, misses = lookups("hit"), lookups("miss")
    assert memo.get(b"Free".decode()) is found
    assert [memo.get(text) for text in ("free", "Free ", "Fr\u200bee", "")] == [None] * 4
    assert (lookups("hit") - hits, lookups("miss") - misses) == (1, 4)


def test_a_long_text_is_not_kept() -> None:
    """2,048 code points are; one more is neither kept nor counted."""
    memo = FindingsMemo(10, 1_000_000)
    memo.put("x" * 2048, NOTHING)
    memo.put("x" * 2049, NOTHING)
    before = lookups("miss")
    assert memo.get("x" * 2048) is NOTHING
    assert memo.get("x" * 2049) is None
    assert len(memo) == 1
    assert lookups("miss") == before


@pytest.mark.parametrize(("entries", "size"), [(0, 10_000), (1, 10_000), (10, 0), (10, 100)])
def test_one_without_room_keeps_nothing(entries: int, size: int) -> None:
    """It is asked in vain, but does not break."""
    memo = FindingsMemo(entries, size)
    for text in ("a", "b", "a"):
        memo.put(text, NOTHING)
        assert memo.get(text) is None
    assert len(memo) == 0


@given(texts=st.lists(st.text(max_size=300), max_size=200), entries=st.integers(0, 20))
def test_it_is_bounded(texts: list[str], entries: int) -> None:
    """By its entries and by the bytes of its texts, and what it returns was put."""
    memo, size = FindingsMemo(entries, 4000), 4000
    put: dict[str, Findings] = {}
    for text in texts:
        assert memo.get(text) in (None, put.get(text))
        put[text] = Findings((), None)
        memo.put(text, put[text])
        assert len(memo) <= entries
    kept = [text for text in put if memo.get(text) is not None]
    assert sum(sys.getsizeof(text) for text in kept) <= size


def test_what_is_asked_for_again_stays() -> None:
    """A text of a campaign outlives any number of texts that come once."""
    memo = FindingsMemo(10, 100_000)
    memo.put("campaign", NOTHING)
    for i in range(1000):
        memo.put(f"once {i}", NOTHING)
        if i % 4 == 0:
            assert memo.get("campaign") is NOTHING
    assert memo.get("once 1") is None


def test_another_pack_begins_with_an_empty_one(tmp_path: Path) -> None:
    """What the old pack found in a text is not what the new one does."""
    rulebook = Rulebook(engine_of(tmp_path, word_rule("alpha")), memo_entries=10, memo_bytes=10_000)
    old = rulebook.serving
    assert [rule.id for rule in old.scan("alpha beta").hits] == ["alpha"]
    assert old.scan("alpha beta") is old.scan("alpha beta")
    rulebook.swap(engine_of(tmp_path, word_rule("beta"), version="2.0.0"))
    assert [rule.id for rule in rulebook.serving.scan("alpha beta").hits] == ["beta"]
    assert [rule.id for rule in old.scan("alpha beta").hits] == ["alpha"]
