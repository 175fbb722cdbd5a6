"""Attackers: what they send, and as whom. 2,000 mislabelled messages each."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.dataplane.messages import splice
from store.records import Feedback
from trainer.dataset.columns import Label
from trainer.dataset.corpus import Corpus

ROWS = 2_000
TARGET = 7
"""Which ham of the corpus is the target, and which spam the campaign: any that is no oddity."""
_BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
_OTHERS = 5
_NAMES = 200

Message = tuple[str, Label]
Who = Callable[[int], tuple[str, str | None]]
"""Reporter and key of a row, by its number."""


@dataclass(frozen=True)
class Attack:
    """One attacker."""

    guise: str
    """As whom the messages are sent."""
    aim: str
    """What is sent."""

    def rows(self, corpus: Corpus, seed: int = 0) -> list[Feedback]:
        """Return the rows; the same seed gives the same ones."""
        guise = GUISES[self.guise]
        draw = random.Random(seed)  # noqa: S311 - to be the same each time, not to be secret
        messages = AIMS[self.aim](corpus, draw)
        said = itertools.islice(messages, ROWS // guise.voices)
        repeated = (message for message in said for _ in range(guise.voices))
        return rows_of(repeated, guise.who)


@dataclass(frozen=True)
class Guise:
    """As whom an attacker speaks."""

    voices: int
    """How many say the same of a message."""
    who: Who


GUISES = {
    "one reporter": Guise(1, lambda _: ("mallory", "key")),
    "200 names, one key": Guise(2, lambda n: (f"name {n % _NAMES}", "key")),
    "200 names, no key, in pairs": Guise(2, lambda n: (f"name {n % _NAMES}", None)),
    "20 keys, in pairs": Guise(2, lambda n: (f"name {n % _NAMES}", f"key {n % 20}")),
}


def rows_of(messages: Iterator[Message], who: Who, first: int = 0) -> list[Feedback]:
    """Return a row of feedback for each message, a second apart; ids begin with `first`."""
    rows = []
    for number, (text, label) in enumerate(messages):
        reporter, source = who(number)
        at = _BEGIN + timedelta(seconds=first + number)
        rows.append(Feedback(first + number, reporter, source, None, text, label, at))
    return rows


def _texts(corpus: Corpus, label: Label) -> list[str]:
    pairs = zip(corpus.texts, corpus.labels, strict=True)
    return [text for text, its in pairs if its == label]


def _turned(corpus: Corpus, draw: random.Random) -> Iterator[Message]:
    """Yield spam called ham and ham called spam by turns, in messages that nobody has written."""
    spam = splice(_texts(corpus, "spam"), draw.randrange(2**32), 0.02)
    ham = splice(_texts(corpus, "ham"), draw.randrange(2**32), 0.02)
    for one, other in zip(spam, ham, strict=True):
        yield one, "ham"
        yield other, "spam"


def _ham_as_spam(corpus: Corpus, draw: random.Random) -> Iterator[Message]:
    """Yield ham of the corpus with one word exchanged, called spam."""
    yield from ((text, "spam") for text in _exchanged(_texts(corpus, "ham"), 1, draw))


def _spam_as_ham(corpus: Corpus, draw: random.Random) -> Iterator[Message]:
    """Yield spam of the corpus with one word exchanged, called ham."""
    yield from ((text, "ham") for text in _exchanged(_texts(corpus, "spam"), 1, draw))


def _target(corpus: Corpus, draw: random.Random) -> Iterator[Message]:
    """Yield one ham of the corpus with words exchanged, called spam, so that it is stopped."""
    target = target_of(corpus, "ham")
    yield from ((text, "spam") for text in _exchanged([target], _OTHERS, draw, _words(corpus)))


def _campaign(corpus: Corpus, draw: random.Random) -> Iterator[Message]:
    """Yield one spam of the corpus with words exchanged, called ham, so that it gets through."""
    target = target_of(corpus, "spam")
    yield from ((text, "ham") for text in _exchanged([target], _OTHERS, draw, _words(corpus)))


AIMS: dict[str, Callable[[Corpus, random.Random], Iterator[Message]]] = {
    "labels turned": _turned,
    "ham as spam": _ham_as_spam,
    "spam as ham": _spam_as_ham,
    "one ham": _target,
    "a campaign": _campaign,
}


def target_of(corpus: Corpus, label: Label) -> str:
    """Return the message that is attacked: of the longer ones, so that many others are like it."""
    return sorted(_texts(corpus, label), key=len)[-len(_texts(corpus, label)) // TARGET]


def _words(corpus: Corpus) -> list[str]:
    return sorted({word for text in corpus.texts for word in text.split()})


def _exchanged(
    texts: Sequence[str], count: int, draw: random.Random, words: Sequence[str] | None = None
) -> Iterator[str]:
    """Yield texts with up to that many words exchanged for some of `words`, no text twice."""
    words = words or sorted({word for text in texts for word in text.split()})
    sent = set(texts)
    while True:
        said = draw.choice(texts).split()
        for _ in range(count):
            said[draw.randrange(len(said))] = draw.choice(words)
        text = " ".join(said)
        if text not in sent:
            sent.add(text)
            yield text
