"""The parts of a vectoriser as tables, where they are what the tables can hold."""

import re

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from inference.errors import CannotCompile
from inference.model.lookup.characters import Characters, Padding, characters
from inference.model.lookup.dictionary import Dictionary, slices
from inference.model.preparation import Preparation
from inference.model.weighting import Floats, Weighting

_COUNTED_IN = ("int64", "int32", "float64", "float32")


def preparation(counter: CountVectorizer) -> Preparation:
    """Return what `counter` does to a text first.

    Raises:
        CannotCompile: It calls a function, or reads no text.
    """
    if counter.input != "content":
        msg = f"input={counter.input!r} reads files"
        raise CannotCompile(msg)
    for name in ("preprocessor", "tokenizer"):
        if getattr(counter, name) is not None:
            msg = f"{name} is a function"
            raise CannotCompile(msg)
    if counter.strip_accents not in {None, "ascii", "unicode"}:
        msg = "strip_accents is a function"
        raise CannotCompile(msg)
    return Preparation(
        lowercase=bool(counter.lowercase),
        strip_accents=counter.strip_accents,
        join_spaces=counter.analyzer != "word",
    )


def vocabulary(counter: CountVectorizer) -> Characters | Dictionary:
    """Return the terms of `counter`.

    Raises:
        CannotCompile: Its analyzer is a function, or its terms are none that a text could have.
    """
    if counter.analyzer not in {"word", "char", "char_wb"}:
        msg = "analyzer is a function"
        raise CannotCompile(msg)
    if counter.ngram_range[0] < 1:
        msg = f"ngram_range={counter.ngram_range} has n-grams of no length"
        raise CannotCompile(msg)
    columns = counter.vocabulary_
    if sorted(columns.values()) != list(range(len(columns))):
        msg = "the columns of the vocabulary are not numbered from 0 on"
        raise CannotCompile(msg)
    as_numbers = None
    if counter.analyzer != "word":
        possible = {t: c for t, c in columns.items() if _can_occur(t, counter)}
        as_numbers = characters(possible, _padding(counter)) if possible else None
    return as_numbers or _dictionary(counter)


def weighting(
    counter: CountVectorizer,
    tfidf: TfidfTransformer | None,
    scales: tuple[float, ...],
    coefficients: Floats,
) -> Weighting:
    """Return how `counter`'s terms are weighed, alone or with a TF-IDF behind it.

    Raises:
        CannotCompile: A number is none that the arithmetic of the tables covers.
    """
    dtype = np.dtype(counter.dtype)
    if dtype.name not in _COUNTED_IN:
        msg = f"dtype={dtype.name} may overflow"
        raise CannotCompile(msg)
    if any(type(scale) not in {int, float} for scale in scales):
        msg = "a transformer weight is no plain number"
        raise CannotCompile(msg)
    idf = getattr(tfidf, "idf_", None)
    if idf is not None and not (np.isfinite(idf) & (idf > 0)).all():
        msg = "an inverse document frequency is not above zero"
        raise CannotCompile(msg)
    return Weighting(
        dtype="float32" if dtype == np.float32 else "float64",
        binary=bool(counter.binary),
        sublinear=tfidf is not None and bool(tfidf.sublinear_tf),
        norm=tfidf.norm if tfidf is not None else None,
        idf=idf,
        scales=[float(scale) for scale in scales],
        coefficients=coefficients,
    )


def _padding(counter: CountVectorizer) -> Padding:
    if counter.analyzer == "char":
        return "none"
    return "own" if " " in counter.vocabulary_ else "shared"


def _can_occur(term: str, counter: CountVectorizer) -> bool:
    """Return whether the analyzer finds `term` in any normalised text.

    A vocabulary that was given, not learnt, may hold what it never finds; a look-up by windows
    would find it.
    """
    shortest, longest = (int(length) for length in counter.ngram_range)
    if "\0" in term or len(term) > longest:
        return False
    if counter.analyzer == "char":
        return len(term) >= shortest
    if " " in term[1:-1] or term == "  ":
        return False
    return len(term) >= shortest or term == f" {term.strip()} "


def _dictionary(counter: CountVectorizer) -> Dictionary:
    words = counter.analyzer == "word"
    try:
        terms = slices(sorted(counter.vocabulary_, key=counter.vocabulary_.__getitem__))
    except UnicodeEncodeError as error:
        msg = "a term is no Unicode text"
        raise CannotCompile(msg) from error
    shortest, longest = counter.ngram_range
    return Dictionary(
        analyzer=counter.analyzer,
        shortest=shortest,
        longest=longest,
        token_pattern=_token_pattern(counter) if words else "",
        stop_words=sorted(counter.get_stop_words() or ()) if words else [],
        slices=terms,
    )


def _token_pattern(counter: CountVectorizer) -> str:
    pattern: str = counter.token_pattern
    if re.compile(pattern).groups > 1:
        msg = "token_pattern has more than one group"
        raise CannotCompile(msg)
    return pattern
