from typing import Any

import pytest

from inference.model.lookup.dictionary import Dictionary, DictionaryLookup, slices
from inference.model.lookup.occurrences import count


def lookup(terms: list[str], **settings: Any) -> DictionaryLookup:
    """Looks for `terms`, words and pairs of them unless told otherwise."""
    values: dict[str, Any] = {
        "analyzer": "word", "shortest": 1, "longest": 2, "token_pattern": r"\w+", "stop_words": [],
    }  # fmt: skip
    return DictionaryLookup(Dictionary(**values | settings, slices=slices(terms)))


def counted(found: DictionaryLookup, texts: list[str]) -> list[tuple[int, str, int]]:
    """Text, term and number of every term that is found."""
    entries = count(found.occurrences(texts))
    numbers = zip(entries.texts, entries.columns, entries.counts, strict=True)
    return [(int(text), found.name(int(column)), int(times)) for text, column, times in numbers]


def test_words_and_pairs_are_found() -> None:
    """Every token and every two in a row; a text without any has none."""
    found = lookup(["a", "b a", "c"])
    assert counted(found, ["a b a", "x", "", "c"]) == [(0, "a", 2), (0, "b a", 1), (3, "c", 1)]


def test_stop_words_are_gone_before_pairs_are_made() -> None:
    """The words around a stop word are neighbours."""
    assert counted(lookup(["a b"], stop_words=["the"]), ["a the b"]) == [(0, "a b", 1)]


def test_terms_keep_their_columns_in_any_number() -> None:
    """A vocabulary larger than one slice is numbered on, and each term has its name."""
    terms = [f"t{number}" for number in range(2500)]
    found = lookup(terms)
    assert [found.name(column) for column in (0, 999, 1000, 2499)] == [
        "t0",
        "t999",
        "t1000",
        "t2499",
    ]
    assert counted(found, ["t2499 t1000 t0 t2500"]) == [(0, t, 1) for t in ("t0", "t1000", "t2499")]


def test_a_lone_surrogate_is_no_term() -> None:
    """It could not be written to a file."""
    with pytest.raises(UnicodeEncodeError):
        slices(["\ud800"])
