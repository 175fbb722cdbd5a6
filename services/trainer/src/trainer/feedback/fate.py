"""What becomes of a row of feedback; each row has exactly one fate."""

from enum import StrEnum


class Fate(StrEnum):
    """Why a row is fitted on, or is not; in the order in which they are judged."""

    NO_TEXT = "no_text"
    """It names a decision only; there is no text to learn from."""
    UNTRAINABLE = "untrainable"
    """Its text is empty, or holds what no corpus may hold."""
    REPEATED = "repeated"
    """The same reporter said something of the same text later."""
    CONTRADICTED = "contradicted"
    """Reporters say both labels of its text. Quarantined."""
    KNOWN = "known"
    """The corpus has its text, with the same label."""
    AGAINST_CORPUS = "against_corpus"
    """The corpus has its text, with the other label, which stands."""
    AGAINST_RULE = "against_rule"
    """A rule decides ham, and too few agree that it is spam. Quarantined."""
    AGAINST_MODEL = "against_model"
    """A model is confident of the other label, and too few agree. Quarantined."""
    CAPPED = "capped"
    """Its reporters, their API keys or all of them together have sent more than counts."""
    HARMFUL = "harmful"
    """Without what came with its API key the rest makes the model no worse; with it, it does."""
    REJECTED = "rejected"
    """It got through the guards, but all that did so makes the model worse."""
    TAKEN = "taken"
    """It is fitted on."""


QUARANTINED = frozenset({Fate.CONTRADICTED, Fate.AGAINST_RULE, Fate.AGAINST_MODEL})
"""Fates that end when enough reporters agree."""

Fates = dict[int, Fate]
"""Fates of rows by their ids."""
