"""Which messages of a large corpus are tuned and judged on."""

import hashlib

import numpy as np

from trainer.learning.tuning import Indices, Texts
from trainer.measures import Bools


def judged_rows(texts: Texts, spam: Bools, most: int) -> Indices:
    """Return the messages to tune and judge on, by index in rising order: all, or `most` of them.

    Fewer than all are a random choice with the share of spam that all have. It goes by digests of
    the texts, so that a corpus that has grown is judged by much the same messages, and a champion
    can be compared on them: of one that it was fitted on only, it has no fair label.

    Args:
        texts: Of `model_text`, shape [messages].
        spam: Whether each message is spam, shape [messages].
        most: Messages at most.
    """
    if len(spam) <= most:
        return np.arange(len(spam))
    ranked = np.argsort([_digest(text) for text in texts], kind="stable")
    of_spam = round(most * float(np.mean(spam)))
    parts = [ranked[spam[ranked]][:of_spam], ranked[~spam[ranked]][: most - of_spam]]
    return np.sort(np.concatenate(parts))


def _digest(text: str) -> int:
    """Return 63 bits that are random to all that a text says."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
