"""The messages that are sent: those that rules decide, those they leave, and unseen ones."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from kit.text import WORD, normalise
from rules.engine import Engine
from rules.views import Views

SEED = 5
_SHORT_BYTES = 512
_ONSETS = (*"bcdfghjklmnprstvwz", "br", "ch", "dr", "gr", "kl", "pr", "qu", "sh", "st", "tr")
_VOWELS = (*"aeiouy", "ai", "ea", "ee", "oa", "oo")
_CODAS = (*"lnrstx", "", "", "nd", "st")


@dataclass(frozen=True)
class Messages:
    """A corpus as the gateway sees it, each part in an order that is always the same."""

    ruled: Sequence[str]
    """Those that a rule decides."""
    left: Sequence[str]
    """Those that are left to the model."""

    @classmethod
    def split(cls, texts: Sequence[str], engine: Engine) -> Self:
        """Return the texts of a corpus by who decides them."""
        mixed = random.Random(SEED).sample(texts, len(texts))  # noqa: S311 - not to be secret
        ruled = {text for text in mixed if not left_to_the_model(text, engine)}
        return cls(
            ruled=[text for text in mixed if text in ruled],
            left=[text for text in mixed if text not in ruled],
        )


def left_to_the_model(text: str, engine: Engine) -> bool:
    """Return whether no rule decides a message."""
    return engine.scan(Views(text)).decision is None


def splice(texts: Sequence[str], seed: int, invented: float = 0.1) -> Iterator[str]:
    """Yield messages that nobody has written, without end and none twice.

    Each is the first half of one of `texts` and the second of another, with other digits in every
    number and an invented word in place of this share of the words. The same seed gives the same
    messages.
    """
    draw = random.Random(seed)  # noqa: S311 - to be the same each time, not to be secret
    sent: set[str] = set()
    while True:
        first, second = draw.choice(texts).split(), draw.choice(texts).split()
        words = first[: (len(first) + 1) // 2] + second[len(second) // 2 :]
        text = " ".join(_change(word, draw, invented) for word in words)
        if text and text not in sent:
            sent.add(text)
            yield text


def unseen(
    texts: Sequence[str], engine: Engine, seed: int, count: int, *, invented: float = 0.1
) -> list[str]:
    """Return that many spliced messages that are left to the model."""
    spliced = splice(texts, seed, invented)
    return list(itertools.islice((t for t in spliced if left_to_the_model(t, engine)), count))


def _change(word: str, draw: random.Random, invented: float) -> str:
    if draw.random() < invented:
        return _invented(draw)
    if word.isalpha():
        return word
    return "".join(draw.choice("0123456789") if c.isdecimal() else c for c in word)


def _invented(draw: random.Random) -> str:
    syllables = (
        draw.choice(_ONSETS) + draw.choice(_VOWELS) + draw.choice(_CODAS)
        for _ in range(draw.randint(2, 4))
    )
    return "".join(syllables)


def share_of_new_words(texts: Sequence[str], known: Sequence[str]) -> float:
    """Return the share of the words of `texts` that no text of `known` has, normalised."""
    vocabulary = {word for text in known for word in WORD.findall(normalise(text))}
    words = [word for text in texts for word in WORD.findall(normalise(text))]
    return sum(word not in vocabulary for word in words) / len(words)


def long_texts(texts: Sequence[str], engine: Engine, size: int, count: int) -> list[str]:
    """Return different texts of `size` bytes of UTF-8 that are left to the model: spliced ones."""
    source = splice(texts, SEED)
    return [_long_text(source, engine, size) for _ in range(count)]


def _long_text(source: Iterator[str], engine: Engine, size: int) -> str:
    while True:
        if size > _SHORT_BYTES:
            first = _long_text(source, engine, size // 2)
            text = f"{first} {_long_text(source, engine, size - size // 2 - 1)}"
        else:
            text = _cut(source, size)
        # Two parts that no rule knows can be one that a rule does.
        if left_to_the_model(text, engine):
            return text


def _cut(source: Iterator[str], size: int) -> str:
    text = next(source)
    while len(text.encode()) < size:
        text = f"{text} {next(source)}"
    text = text.encode()[:size].decode(errors="ignore")
    # Where the cut went through a character there are bytes to fill.
    return text + "a" * (size - len(text.encode()))
