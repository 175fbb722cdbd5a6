from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from inference.errors import CannotCompile
from inference.loading.compilable import preparation, vocabulary, weighting
from inference.model.lookup.characters import CharacterLookup, Characters
from inference.model.lookup.dictionary import Dictionary, DictionaryLookup
from inference.model.lookup.occurrences import count
from kit.model_text import model_text

# Few letters, so that n-grams repeat; letters and an accent that the steps before change.
TEXT = st.text(st.sampled_from("ab  .1éﬁİ😀ß´"), max_size=12).map(model_text)
TERM = st.text(st.sampled_from("ab .1\0"), max_size=4)


def counted(counter: CountVectorizer, texts: list[str]) -> list[dict[str, int]]:
    """How often the compiled form of `counter` finds each term in each text."""
    terms = vocabulary(counter)
    lookup = CharacterLookup(terms) if isinstance(terms, Characters) else DictionaryLookup(terms)
    entries = count(lookup.occurrences([preparation(counter).prepare(text) for text in texts]))
    found: list[dict[str, int]] = [{} for _ in texts]
    for text, column, times in zip(entries.texts, entries.columns, entries.counts, strict=True):
        found[text][lookup.name(int(column))] = int(times)
    return found


def counted_by_scikit_learn(counter: CountVectorizer, texts: list[str]) -> list[dict[str, int]]:
    """How often `counter` itself does."""
    names = counter.get_feature_names_out()
    rows = counter.transform(texts)
    return [
        {str(names[column]): int(rows[at, column]) for column in rows[at].nonzero()[-1]}
        for at in range(len(texts))
    ]


@given(
    st.lists(TEXT, min_size=1, max_size=4),
    st.sets(TERM, min_size=1, max_size=30),
    st.sampled_from(["char", "char_wb", "word"]),
    st.tuples(st.integers(1, 4), st.integers(0, 3)),
    st.sampled_from([None, "ascii", "unicode"]),
    st.booleans(),
)
def test_any_vocabulary_is_counted_as_by_scikit_learn(
    texts: list[str],
    terms: set[str],
    analyzer: str,
    lengths: tuple[int, int],
    strip_accents: str | None,
    lowercase: bool,  # noqa: FBT001  drawn
) -> None:
    """Terms that the analyzer never yields included, for any analyzer and range of lengths."""
    counter = CountVectorizer(
        analyzer=analyzer,
        ngram_range=(lengths[0], sum(lengths)),
        vocabulary=sorted(terms),
        strip_accents=strip_accents,
        lowercase=lowercase,
        token_pattern=r"\w+" if analyzer == "word" else None,
    )
    counter._validate_vocabulary()
    assert counted(counter, texts) == counted_by_scikit_learn(counter, texts)


@pytest.mark.parametrize("analyzer", ["char", "char_wb"])
def test_long_n_grams_are_looked_up_by_string(analyzer: str) -> None:
    """Where 64 bits are too few for an n-gram of this alphabet, its text is looked up."""
    texts = ["abc defghij klmnop", "a longer word: antidisestablishmentarianism", "ab", ""]
    counter = CountVectorizer(analyzer=analyzer, ngram_range=(2, 18)).fit(texts)
    assert isinstance(vocabulary(counter), Dictionary)
    texts += ["establish a longer word", "unknown"]
    assert counted(counter, texts) == counted_by_scikit_learn(counter, texts)


def test_the_default_models_are_looked_up_as_numbers() -> None:
    """Up to 5 characters of an alphabet of a language are."""
    letters = "".join(map(chr, range(0x20, 0x20 + 300)))
    counter = CountVectorizer(analyzer="char", ngram_range=(2, 5)).fit([letters])
    assert isinstance(vocabulary(counter), Characters)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"preprocessor": str.lower}, "preprocessor is a function"),
        ({"tokenizer": str.split, "token_pattern": None}, "tokenizer is a function"),
        ({"strip_accents": str.lower}, "strip_accents is a function"),
        ({"input": "file"}, "input='file' reads files"),
    ],
)
def test_functions_are_refused_as_preparation(settings: dict[str, Any], reason: str) -> None:
    """What a function does is not known, and files are not texts."""
    with pytest.raises(CannotCompile, match=reason):
        preparation(CountVectorizer(**settings))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"analyzer": str.split}, "analyzer is a function"),
        ({"ngram_range": (0, 1)}, "n-grams of no length"),
        ({"token_pattern": "(a)(b)"}, "more than one group"),
        ({"vocabulary": ["\ud800"]}, "no Unicode text"),
    ],
)
def test_what_is_no_vocabulary_of_strings_is_refused(settings: dict[str, Any], reason: str) -> None:
    """Each with its reason."""
    counter = CountVectorizer(**{"vocabulary": ["ab"]} | settings)
    counter._validate_vocabulary()
    with pytest.raises(CannotCompile, match=reason):
        vocabulary(counter)


def test_columns_must_be_numbered() -> None:
    """A vocabulary with a gap, which only a forged model has, is refused."""
    counter = CountVectorizer()
    counter.vocabulary_ = {"a": 0, "b": 2}
    with pytest.raises(CannotCompile, match="not numbered"):
        vocabulary(counter)


@pytest.mark.parametrize(
    ("dtype", "idf", "scale", "reason"),
    [
        ("int8", 1.0, 1.0, "dtype=int8 may overflow"),
        ("float64", 0.0, 1.0, "not above zero"),
        ("float64", np.nan, 1.0, "not above zero"),
        ("float64", 1.0, np.float64(2), "no plain number"),
    ],
)
def test_numbers_beyond_the_arithmetic_are_refused(
    dtype: str, idf: float, scale: float, reason: str
) -> None:
    """Each with its reason."""
    tfidf = TfidfTransformer()
    tfidf.idf_ = np.array([1.0, idf])
    with pytest.raises(CannotCompile, match=reason):
        weighting(CountVectorizer(dtype=np.dtype(dtype)), tfidf, (scale,), np.zeros(2))
