"""Slices: kinds of message that a report also looks at one by one."""

from collections.abc import Sequence

import numpy as np

from kit.text import normalise
from rules.links import LINK
from trainer.measures import Bools, Confusion
from trainer.report import Measured

SHORT, LONG = 50, 120
"""Characters of the normalised text: fewer than the first is short, more than the second long."""


def slices(texts: Sequence[str]) -> dict[str, Bools]:
    """Return which of the raw `texts` are in each slice, shape [messages], by its name."""
    normalised = [normalise(text) for text in texts]
    lengths = np.array([len(text) for text in normalised])
    linked = np.array([LINK.search(text) is not None for text in normalised], dtype=np.bool_)
    return {
        "short": lengths < SHORT,
        "medium": (lengths >= SHORT) & (lengths <= LONG),
        "long": lengths > LONG,
        "with links": linked,
        "without links": ~linked,
    }


def measured(spam: Bools, called_spam: Bools) -> Measured:
    """Return the measures of labels `called_spam` against the truth, both of shape [messages]."""
    counts = Confusion.of(spam, called_spam)
    return Measured(
        messages=len(spam),
        spam=int(spam.sum()),
        f1=counts.f1,
        precision=counts.precision,
        recall=counts.recall,
        ham_false_positive_rate=counts.ham_false_positive_rate,
    )
