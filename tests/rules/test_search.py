"""Facts about the search for a pack's patterns."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import Faults
from rules.matching.cache import Cache
from rules.predicates import Patterns
from rules.search import Search
from rules.views import View, Views

WRITTEN: list[tuple[str, View]] = [
    ("FREE", "raw"),
    (r"fr33\b", "normalised"),
    (r"\bfree\b", "squeezed"),
    (r"\bfr33$", "squeezed"),
    ("prize", "squeezed"),
    ("prize", "normalised"),
]


def search(first: set[int], written: list[tuple[str, View]] = WRITTEN) -> Search:
    """Return a search for the patterns, which are numbered in order."""
    patterns = Patterns()
    for source, view in written:
        patterns.number(source, view, f"on {view}")
    return Search(patterns, first, Cache(None))


ONE_PASS, TWO_PASSES = search(set(range(len(WRITTEN)))), search({1, 2})

texts = st.lists(st.sampled_from(["FREE", "fr33", "f r e e", "pr!ze", "prize", "x", "\U0001f600"]))


@given(texts.map(" ".join))
def test_a_pattern_is_found_in_the_texts_of_its_view(text: str) -> None:
    """A pattern occurs if Python's `re` finds it in one of them, whatever the passes are."""
    views = Views(text)
    expected = {
        number
        for number, (source, view) in enumerate(WRITTEN)
        if any(re.search(source, form) for form in views.texts(view))
    }
    assert ONE_PASS.find(views) == TWO_PASSES.find(views) == expected


@given(texts.map(" ".join))
def test_each_pass_finds_its_own_patterns(text: str) -> None:
    """The first finds those that it was given, the second the others."""
    encoded = TWO_PASSES.encode(Views(text))
    assert TWO_PASSES.first(encoded) <= {1, 2}
    assert TWO_PASSES.rest(encoded).isdisjoint({1, 2})


def test_a_place_is_in_the_raw_text() -> None:
    """Whatever the view, the place is where a reader sees what matched."""
    views = Views("A  PR!ZE, FREE")
    found = {number: TWO_PASSES.locate(views, number) for number in range(len(WRITTEN))}
    assert found == {0: (10, 14), 1: None, 2: (10, 14), 3: None, 4: (3, 8), 5: None}


def test_faults_of_all_views_are_told_together() -> None:
    """Two patterns on two views that cannot be compiled are two faults of one error."""
    with pytest.raises(Faults) as caught:
        search(set(), [("a^b", "raw"), ("a^b", "squeezed"), ("a", "squeezed")])
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["on raw", "on squeezed"]
