"""Which messages of a large corpus are tuned and judged on."""

import numpy as np

from trainer.measures import Bools
from trainer.tuning import Indices


def judged_rows(spam: Bools, most: int, seed: int) -> Indices:
    """Return the messages to tune and judge on, by index in rising order: all, or `most` of them.

    Fewer than all are drawn at random, with the share of spam that all have. What they leave out
    would make the standard error of F1 smaller than anybody asks, and nested cross-validation fits
    each message some hundred times.

    Args:
        spam: Whether each message is spam, shape [messages].
        most: Messages at most.
        seed: Of the draw.
    """
    if len(spam) <= most:
        return np.arange(len(spam))
    draw = np.random.default_rng(seed)
    of_spam = round(most * float(np.mean(spam)))
    parts = [
        draw.choice(np.flatnonzero(spam), of_spam, replace=False),
        draw.choice(np.flatnonzero(~spam), most - of_spam, replace=False),
    ]
    return np.sort(np.concatenate(parts))
