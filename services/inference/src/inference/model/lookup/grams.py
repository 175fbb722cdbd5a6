"""N-grams spelt out as scikit-learn spells them, for vocabularies that are looked up by string."""

from collections.abc import Iterable, Iterator
from itertools import chain


def word_grams(tokens: list[str], shortest: int, longest: int) -> Iterable[str]:
    """Return runs of `shortest` to `longest` tokens, joined by spaces."""
    lengths = range(shortest, longest + 1)
    return chain.from_iterable(
        _runs(tokens, length) if length > 1 else tokens for length in lengths
    )


def _runs(tokens: list[str], length: int) -> Iterable[str]:
    # In C throughout: this is most of what a word model costs.
    return map(" ".join, zip(*(tokens[start:] for start in range(length)), strict=False))


def character_grams(text: str, shortest: int, longest: int) -> Iterator[str]:
    """Yield pieces of `text` of `shortest` to `longest` characters, across words."""
    for length in range(shortest, longest + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def inner_grams(text: str, shortest: int, longest: int) -> Iterator[str]:
    """Yield pieces of the words of `text`, each between two spaces.

    A word that is shorter than a piece with its spaces is yielded whole, once.
    """
    for word in text.split():
        padded = f" {word} "
        if len(padded) < shortest:
            yield padded
        yield from character_grams(padded, shortest, longest)
