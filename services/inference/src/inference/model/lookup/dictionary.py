"""Terms looked up by string: word n-grams, and character n-grams too long to be numbers."""

import re
import time
from array import array
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Literal

import msgspec
import numpy as np

from inference.model.lookup.grams import character_grams, inner_grams, word_grams
from inference.model.lookup.occurrences import TEXT_SHIFT, Occurrences

_SLICE_TERMS = 1000
"""Terms that are put into the dictionary at once: a fraction of a millisecond."""

_ONE = np.uint64(1)

_slice = msgspec.msgpack.Decoder(list[str])


class Dictionary(msgspec.Struct, frozen=True, tag="dictionary"):
    """A vocabulary of strings."""

    analyzer: Literal["word", "char", "char_wb"]
    shortest: int
    """Least number of tokens or characters in a term."""
    longest: int
    """Largest number of tokens or characters in a term."""
    token_pattern: str
    """What a token is; with a group, what the group finds."""
    stop_words: list[str]
    slices: list[bytes]
    """All terms in the order of their columns, as MessagePack lists of strings."""


def slices(terms: Sequence[str]) -> list[bytes]:
    """Return `terms` as a dictionary holds them.

    Raises:
        UnicodeEncodeError: A term holds a lone surrogate.
    """
    starts = range(0, len(terms), _SLICE_TERMS)
    return [msgspec.msgpack.encode(terms[start : start + _SLICE_TERMS]) for start in starts]


class DictionaryLookup:
    """Finds the terms of a vocabulary in texts. Nothing in it changes: any thread may use it."""

    def __init__(self, vocabulary: Dictionary) -> None:
        """Look for the terms of `vocabulary`."""
        self._vocabulary = vocabulary
        self._findall = re.compile(vocabulary.token_pattern).findall
        self._stop_words = frozenset(vocabulary.stop_words)
        # Counted from 1, so that what is unknown can be filtered out without a comparison.
        self._ordinals: dict[str, int] = {}
        self._terms: list[str] = []
        for terms in map(_slice.decode, vocabulary.slices):
            self._ordinals.update(zip(terms, count(len(self._terms) + 1), strict=False))
            self._terms += terms
            # A model is loaded beside an event loop, which may want the interpreter now.
            time.sleep(0)

    def occurrences(self, texts: Sequence[str]) -> Occurrences:
        """Return where terms occur in prepared `texts`, in the order of texts."""
        get = self._ordinals.get
        found = array("Q")
        lengths = []
        for text in texts:
            before = len(found)
            found.extend(filter(None, map(get, self._grams(text))))
            lengths.append(len(found) - before)
        columns = np.array(found, np.uint64)
        columns -= _ONE
        columns |= np.repeat(np.arange(len(texts), dtype=np.uint64) << TEXT_SHIFT, lengths)
        return columns

    def name(self, column: int) -> str:
        """Return the term with this column."""
        return self._terms[column]

    def _grams(self, text: str) -> Iterable[str]:
        shortest, longest = self._vocabulary.shortest, self._vocabulary.longest
        if self._vocabulary.analyzer == "char":
            return character_grams(text, shortest, longest)
        if self._vocabulary.analyzer == "char_wb":
            return inner_grams(text, shortest, longest)
        tokens: list[str] = self._findall(text)
        if self._stop_words:
            tokens = [token for token in tokens if token not in self._stop_words]
        return word_grams(tokens, shortest, longest)
