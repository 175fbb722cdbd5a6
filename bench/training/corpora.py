"""Corpora of any size: messages that nobody wrote, spliced from those of one label."""

import csv
from collections.abc import Iterator
from pathlib import Path

from bench.dataplane.messages import splice
from trainer.dataset.columns import Label
from trainer.dataset.corpus import Corpus

SEED = 8
_LABELS: tuple[Label, Label] = ("spam", "ham")


def spliced_rows(corpus: Corpus, count: int) -> Iterator[tuple[Label, str]]:
    """Yield rows of label and text, `count` in all and none twice, in the mixture of `corpus`.

    Each message is the first half of one of its label and the second half of another, with other
    digits in every number, and an invented word in place of one in fifty: numbers and names that
    no other message has are what the vocabulary of real messages grows by.
    """
    by_label = {
        label: [t for t, its in zip(corpus.texts, corpus.labels, strict=True) if its == label]
        for label in _LABELS
    }
    sources = {
        label: splice(texts, SEED + number, invented=0.02)
        for number, (label, texts) in enumerate(by_label.items())
    }
    share = len(by_label["spam"]) / len(corpus.texts)
    for number in range(count):
        # As evenly mixed as can be: spam comes whenever its share is behind.
        is_spam = int((number + 1) * share) > int(number * share)
        label = _LABELS[not is_spam]
        yield label, next(sources[label])


def write_corpus(path: Path, corpus: Corpus, count: int) -> None:
    """Write so many spliced messages as CSV, with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("label", "text"))
        writer.writerows(spliced_rows(corpus, count))
