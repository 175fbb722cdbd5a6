from collections import Counter

import pytest

from inference.model.lookup.characters import CharacterLookup, Padding, characters
from inference.model.lookup.occurrences import count
from trainer.dataset.corpus import Corpus


def counted(terms: list[str], padding: Padding, texts: list[str]) -> list[dict[str, int]]:
    """How often each of `terms` is found in each of `texts`."""
    vocabulary = characters({term: column for column, term in enumerate(terms)}, padding)
    assert vocabulary
    lookup = CharacterLookup(vocabulary)
    found: list[dict[str, int]] = [{} for _ in texts]
    entries = count(lookup.occurrences(texts))
    for text, column, times in zip(entries.texts, entries.columns, entries.counts, strict=True):
        found[text][lookup.name(int(column))] = int(times)
    return found


@pytest.mark.parametrize("chars", [8_190, 8_191, 8_192, 8_193, 40_000])
def test_long_texts_are_searched_in_pieces_without_a_seam(chars: int, corpus: Corpus) -> None:
    """A term across the border of two pieces is found, once, whatever the length of the text."""
    text = " ".join(corpus.texts).replace("\0", "")[:chars]
    pieces = Counter(text[at : at + n] for n in (1, 2, 3) for at in range(len(text) - n + 1))
    (found,) = counted(list(pieces), "none", [text])
    assert found == pieces


def test_no_term_crosses_texts() -> None:
    """The end of one text and the beginning of the next make no n-gram; empty texts have none."""
    assert counted(["ab", "a ", " b", "  "], "none", ["xa", "bx", "", "ab"]) == [
        {},
        {},
        {},
        {"ab": 1},
    ]


def test_padding_is_shared_or_own() -> None:
    """Two words share the space between them, unless spaces themselves are counted."""
    assert counted(["b ", " a"], "shared", ["b a b"]) == [{"b ": 2, " a": 1}]
    assert counted([" ", "b "], "own", ["b a b", ""]) == [{" ": 6, "b ": 2}, {}]


def test_characters_beyond_the_alphabet_are_no_terms() -> None:
    """Whether just beyond its last code point, between two of them, or astral."""
    terms = ["ac", "😀", "ca"]
    assert counted(terms, "none", ["abc", "ac\U0010ffffca", "😁", "😀d"]) == [
        {}, {"ac": 1, "ca": 1}, {}, {"😀": 1},
    ]  # fmt: skip


def test_terms_too_long_for_a_number_are_left_to_others() -> None:
    """Eleven characters of an alphabet of sixty need more than 64 bits; ten do not."""
    alphabet = "".join(map(chr, range(200, 260)))
    columns = {letter: column for column, letter in enumerate(alphabet)}
    assert characters(columns | {alphabet[:10]: 60}, "none")
    assert characters(columns | {alphabet[:11]: 60}, "none") is None
