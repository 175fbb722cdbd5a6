"""The messages that were called wrongly, and what in them spoke for the mistake."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.learning.evaluation import Judged
from trainer.learning.tuning import Texts
from trainer.measures import Bools
from trainer.run_log.tables import Columns
from trainer.run_log.terms import Term, Vocabulary

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


def find_mistakes(
    raw: Sequence[str],
    texts: Texts,
    spam: Bools,
    judged: Judged,
    vocabulary: Vocabulary,
    *,
    most: int = MOST_MISTAKES,
) -> Mistakes:
    """Return the mistakes, those first whose score is farthest from the truth.

    Args:
        raw: Messages as they came, shape [messages].
        texts: As the model sees them, shape [messages].
        spam: Whether each is spam, shape [messages].
        judged: What models that never saw them said.
        vocabulary: Of the version.
        most: Mistakes that are listed.
    """
    scores, called = judged.scores, judged.called_spam
    wrong = np.flatnonzero(spam != called)
    distance = np.abs(scores[wrong] - spam[wrong])
    shown = wrong[np.argsort(-distance, kind="stable")[:most]]
    spoke = vocabulary.contributions(texts[shown], [bool(one) for one in called[shown]], _TERMS)
    missed = int(spam[wrong].sum())
    return Mistakes(
        missed_spam=missed,
        wronged_ham=len(wrong) - missed,
        listed=tuple(
            Mistake(raw[at], bool(spam[at]), float(scores[at]), terms)
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
