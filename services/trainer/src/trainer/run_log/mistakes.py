"""The messages that were called wrongly, and what in them spoke for the mistake."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.measures import Bools, Floats
from trainer.run_log.tables import Columns
from trainer.run_log.terms import Term, Vocabulary
from trainer.tuning import Texts

MOST_MISTAKES = 2_000
"""Mistakes that are listed, the gravest first."""
_TERMS = 6


@dataclass(frozen=True)
class Mistake:
    """A message with a wrong label."""

    text: str
    """Raw, as it came."""
    spam: bool
    """Whether it is spam; it was called the other."""
    score: float
    """By the model that never saw it."""
    terms: tuple[Term, ...]
    """That speak for the mistake in the version, which was fitted on this message too."""


@dataclass(frozen=True)
class Mistakes:
    """All of them, or the gravest."""

    missed_spam: int
    """Spam that was called ham."""
    wronged_ham: int
    """Ham that was called spam."""
    listed: tuple[Mistake, ...]


@dataclass(frozen=True)
class Judged:
    """Every message with what a model that never saw it made of it; all of shape [messages]."""

    raw: Sequence[str]
    texts: Texts
    """As the model sees them."""
    spam: Bools
    scores: Floats
    called_spam: Bools


def find_mistakes(judged: Judged, vocabulary: Vocabulary, most: int = MOST_MISTAKES) -> Mistakes:
    """Return the mistakes, those first whose score is farthest from the truth."""
    wrong = np.flatnonzero(judged.spam != judged.called_spam)
    distance = np.abs(judged.scores[wrong] - judged.spam[wrong])
    shown = wrong[np.argsort(-distance, kind="stable")[:most]]
    spoke = vocabulary.contributions(
        judged.texts[shown], [bool(called) for called in judged.called_spam[shown]], _TERMS
    )
    missed = int(judged.spam[wrong].sum())
    return Mistakes(
        missed_spam=missed,
        wronged_ham=len(wrong) - missed,
        listed=tuple(
            Mistake(judged.raw[at], bool(judged.spam[at]), float(judged.scores[at]), terms)
            for at, terms in zip(shown, spoke, strict=True)
        ),
    )


def mistake_columns(mistakes: Mistakes) -> Columns:
    """Return the mistakes as a table."""
    listed = mistakes.listed
    return {
        "is": ["spam" if one.spam else "ham" for one in listed],
        "called": ["ham" if one.spam else "spam" for one in listed],
        "score": [round(one.score, 6) for one in listed],
        "terms": [", ".join(term.text for term in one.terms) for one in listed],
        "text": [one.text for one in listed],
    }
