"""Character n-grams as numbers: all windows of all texts are looked up at once, by numpy.

A text becomes one small number a character, its class in the vocabulary's alphabet; an n-gram is a
number with n such digits. No string is made, and an n-gram that was never seen costs what a known
one does.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.model.lookup.occurrences import TEXT_SHIFT, Occurrences
from inference.model.lookup.perfect_hash import Finder, Keys, PerfectHash, build

_NUL = "\0"
"""Stands between texts; normalised texts hold none."""
_PIECE = 8192
"""Windows of one length that are looked up at once: what they need stays in the cache."""
_CODE_POINT = "<u4"
_KEY_BITS = 64

Padding = Literal["none", "shared", "own"]
"""What stands around a word: nothing, as n-grams cross words (`char`), or spaces (`char_wb`), which
two words share, or, where a space alone is a term and is counted, have each for themselves."""


class Characters(msgspec.Struct, frozen=True, tag="characters"):
    """A vocabulary of character n-grams."""

    alphabet: NDArray[np.uint32]
    """The code points that its terms consist of, in order; the first is class 1, and so on."""
    shortest: int
    """Length of the shortest term, in characters."""
    longest: int
    """Length of the longest term, in characters."""
    padding: Padding
    terms: PerfectHash
    """The key of each term, and its column."""


def characters(columns: dict[str, int], padding: Padding) -> Characters | None:
    """Return the vocabulary with these terms and their columns; None if its keys are too large.

    Keys fit into 64 bits for an alphabet of 80 and lengths up to 10, or 7,000 and up to 5.
    """
    alphabet = sorted(set("".join(columns)))
    lengths = [len(term) for term in columns]
    base = len(alphabet) + 2
    if base ** max(lengths) >= 1 << _KEY_BITS:
        return None
    digits = {character: index for index, character in enumerate(alphabet, start=1)}
    keys = [_key([digits[character] for character in term], base) for term in columns]
    return Characters(
        alphabet=np.array([ord(character) for character in alphabet], np.uint32),
        shortest=min(lengths),
        longest=max(lengths),
        padding=padding,
        terms=build(np.array(keys, np.uint64), np.array(list(columns.values()), np.uint64)),
    )


class CharacterLookup:
    """Finds the n-grams of a vocabulary in texts. Nothing in it changes: any thread may use it."""

    def __init__(self, vocabulary: Characters) -> None:
        """Look for the terms of `vocabulary`."""
        self._vocabulary = vocabulary
        unknown = len(vocabulary.alphabet) + 1
        # Code points beyond the table are clipped to its last place, which is unknown too.
        self._classes = np.full(int(vocabulary.alphabet.max()) + 2, unknown, np.uint64)
        self._classes[vocabulary.alphabet] = np.arange(1, unknown)
        self._base = np.uint64(unknown + 1)
        self._terms = Finder(vocabulary.terms)
        self._pad = " " if vocabulary.padding == "shared" else ""

    def occurrences(self, texts: Sequence[str]) -> Occurrences:
        """Return where terms occur in prepared `texts`, in no order. No text holds a surrogate."""
        if self._vocabulary.padding == "own":
            texts = ["".join(f" {word} " for word in text.split()) for text in texts]
        classes = self._classes_of(texts)
        texts_of = self._texts_of(texts) if len(texts) > 1 else None
        reach = self._vocabulary.longest - 1
        pieces = []
        for start in range(0, len(classes) - reach, _PIECE):
            keys = self._keys(classes[start : start + _PIECE + reach])
            known, columns = self._terms.find(keys.reshape(-1))
            if texts_of is not None:
                known %= keys.shape[1]
                columns |= texts_of[start:].take(known)
            pieces.append(columns)
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def name(self, column: int) -> str:
        """Return the term with this column."""
        table = self._vocabulary.terms
        (slot,) = ((table.values == column) & (table.keys > 0)).nonzero()[0]
        key, spelt = int(table.keys[slot]), ""
        while key:
            key, digit = divmod(key, int(self._base))
            spelt = chr(self._vocabulary.alphabet[digit - 1]) + spelt
        return spelt

    def _classes_of(self, texts: Sequence[str]) -> Keys:
        """Return the class of every character of the joined texts, and of what runs over."""
        pad = self._pad
        joined = f"{pad}{f'{pad}{_NUL}{pad}'.join(texts)}{pad}{_NUL * self._vocabulary.longest}"
        codes = np.frombuffer(joined.encode("utf-32-le"), _CODE_POINT)
        return self._classes.take(codes, mode="clip")

    def _keys(self, piece: Keys) -> Keys:
        """Return the windows of all lengths on the characters of `piece`, shape [lengths, places].

        Too few characters to begin the longest window at are no places.
        """
        shortest, longest = self._vocabulary.shortest, self._vocabulary.longest
        places = len(piece) - longest + 1
        keys = np.empty((longest - shortest + 1, places), np.uint64)
        key = piece[:places]
        if shortest == 1:
            keys[0] = key
        for length in range(2, longest + 1):
            row = keys[length - shortest] if length >= shortest else None
            key = np.multiply(key, self._base, out=row)
            key += piece[length - 1 : length - 1 + places]
        return keys

    def _texts_of(self, texts: Sequence[str]) -> Keys:
        """Return the number of the text of every place, shifted to where occurrences have it."""
        lengths = np.fromiter(map(len, texts), np.intp, len(texts))
        lengths += 2 * len(self._pad) + len(_NUL)
        numbers = np.arange(len(texts), dtype=np.uint64) << TEXT_SHIFT
        return np.repeat(numbers, lengths)


def _key(digits: list[int], base: int) -> int:
    key = 0
    for digit in digits:
        key = key * base + digit
    return key
