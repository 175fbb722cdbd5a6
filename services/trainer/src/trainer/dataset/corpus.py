"""The corpus that a model is trained on: every message once, none with two labels."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trainer.dataset.columns import Label
from trainer.dataset.errors import Untrainable
from trainer.dataset.rows import Message


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows: `read == kept + duplicates + contradictory_rows`."""

    read: int
    kept: int
    duplicates: int
    """Rows removed because the same text stands, with the same label, further up."""
    contradictory_texts: int
    """Texts that had both labels."""
    contradictory_rows: int
    """Rows removed because their text had both labels."""
    spam: int
    """Kept rows that are spam."""
    ham: int
    """Kept rows that are ham."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Raw texts and their labels, in the order of the file."""

    texts: list[str]
    labels: list[Label]
    source: str
    """What it was read from."""
    digest: str
    """SHA-256 (hex) over the kept rows in order, see `digest_of`."""
    counts: Counts

    def part(self, rows: Sequence[int]) -> "Corpus":
        """Return the corpus of some of the messages, by index; itself if it is all of them."""
        if len(rows) == len(self.texts):
            return self
        texts, labels = [self.texts[row] for row in rows], [self.labels[row] for row in rows]
        spam, count = labels.count("spam"), len(labels)
        return Corpus(
            texts,
            labels,
            f"{self.source} ({count} of {len(self.texts)} messages)",
            digest_of(zip(labels, texts, strict=True)),
            Counts(count, count, 0, 0, 0, spam=spam, ham=count - spam),
        )


def build(messages: Iterable[Message], source: str) -> Corpus:
    """Return the corpus of `messages`: first occurrences only, contradictions left out.

    Two texts are the same when their normalised forms are: rules and models see no more of them.

    Raises:
        Untrainable: No message, or messages of one label only, are left.
    """
    found = _Found()
    for message in messages:
        found.add(message)
    kept = [place for place in range(len(found.texts)) if place not in found.contradictory]
    texts = [found.texts[place] for place in kept]
    labels = [found.labels[place] for place in kept]
    counts = _counts(found, labels)
    if not (counts.spam and counts.ham):
        raise Untrainable(_lack(source, counts))
    return Corpus(texts, labels, source, digest_of(zip(labels, texts, strict=True)), counts)


class _Found:
    """The different texts that came, in order; of a million of them little more than the texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.labels: list[Label] = []
        """The first of each text."""
        self.repeats: Counter[int] = Counter()
        """Further rows with a text, by its place."""
        self.contradictory: set[int] = set()
        """Places of the texts that came with both labels."""
        self._places: dict[bytes, int] = {}

    def add(self, message: Message) -> None:
        """Note one row."""
        place = self._places.setdefault(_fingerprint(message.normalised), len(self.texts))
        if place == len(self.texts):
            self.texts.append(message.text)
            self.labels.append(message.label)
            return
        self.repeats[place] += 1
        if message.label != self.labels[place]:
            self.contradictory.add(place)


def _fingerprint(text: str) -> bytes:
    """Return 16 bytes that no other text has: a dictionary of them is smaller than one of texts."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def digest_of(rows: Iterable[tuple[Label, str]]) -> str:
    """Return the SHA-256 of rows of label and raw text, in hex.

    Label and text are each hashed as their length in bytes (64 bits, big-endian) and their UTF-8,
    so no two sequences of rows are hashed as the same bytes.
    """
    digest = hashlib.sha256()
    for row in rows:
        for value in row:
            encoded = value.encode()
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def _counts(found: _Found, kept: Sequence[Label]) -> Counts:
    read = len(found.texts) + found.repeats.total()
    contradictory = sum(1 + found.repeats[place] for place in found.contradictory)
    spam = kept.count("spam")
    return Counts(
        read=read,
        kept=len(kept),
        duplicates=read - len(kept) - contradictory,
        contradictory_texts=len(found.contradictory),
        contradictory_rows=contradictory,
        spam=spam,
        ham=len(kept) - spam,
    )


def _lack(source: str, counts: Counts) -> str:
    if not counts.read:
        return f"{source}: there is no message in it"
    return (
        f"{source}: {counts.spam} spam and {counts.ham} ham are left of {counts.read} rows "
        f"({counts.duplicates} duplicates and {counts.contradictory_rows} rows of texts with both "
        "labels were removed); a model needs both labels"
    )
