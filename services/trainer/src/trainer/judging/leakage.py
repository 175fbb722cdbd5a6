"""What the evaluation's folds have in common, which they should not: the same text, or nearly."""

from collections.abc import Sequence

import numpy as np

from kit.text import normalise
from trainer.judging.near_duplicates import near_duplicates
from trainer.judging.predictions import fold_of
from trainer.learning.tuning import Indices
from trainer.report import DataReport


def data_report(texts: Sequence[str], outer: Sequence[tuple[Indices, Indices]]) -> DataReport:
    """Return what raw `texts` have in common across the (train, test) splits really used."""
    normalised = [normalise(text) for text in texts]
    groups = near_duplicates(normalised)
    return DataReport(
        overlap=overlap(normalised, outer),
        compared=len(groups.compared),
        near_duplicates=groups.near_duplicates(),
        straddling=groups.straddling(fold_of(outer, len(normalised))),
    )


def overlap(texts: Sequence[str], outer: Sequence[tuple[Indices, Indices]]) -> int:
    """Return how many messages were tested by a model that was fitted on the same text."""
    numbers: dict[str, int] = {}
    numbered = np.array([numbers.setdefault(text, len(numbers)) for text in texts])
    return sum(int(np.isin(numbered[test], numbered[train]).sum()) for train, test in outer)
