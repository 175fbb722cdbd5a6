"""The corpus that a model is trained on: every message once, none with two labels."""

import hashlib
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


def build(messages: Sequence[Message], source: str) -> Corpus:
    """Return the corpus of `messages`: first occurrences only, contradictions left out.

    Two texts are the same when their normalised forms are: rules and models see no more of them.

    Raises:
        Untrainable: No message, or messages of one label only, are left.
    """
    labels: dict[str, set[Label]] = {}
    for message in messages:
        labels.setdefault(message.normalised, set()).add(message.label)
    kept = [message for message in _first(messages) if len(labels[message.normalised]) == 1]
    counts = _counts(messages, kept, labels)
    if not (counts.spam and counts.ham):
        raise Untrainable(_lack(source, counts))
    return Corpus(
        texts=[message.text for message in kept],
        labels=[message.label for message in kept],
        source=source,
        digest=digest_of((message.label, message.text) for message in kept),
        counts=counts,
    )


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


def _first(messages: Iterable[Message]) -> list[Message]:
    found: dict[str, Message] = {}
    for message in messages:
        found.setdefault(message.normalised, message)
    return list(found.values())


def _counts(
    messages: Sequence[Message], kept: Sequence[Message], labels: dict[str, set[Label]]
) -> Counts:
    contradictory = sum(len(labels[message.normalised]) > 1 for message in messages)
    spam = sum(message.label == "spam" for message in kept)
    return Counts(
        read=len(messages),
        kept=len(kept),
        duplicates=len(messages) - len(kept) - contradictory,
        contradictory_texts=len(labels) - len(kept),
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
