"""Feedback through all guards, one after the other: what is left to fit on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from rules.engine import Engine
from store.records import Feedback
from trainer.dataset.columns import Label
from trainer.dataset.corpus import Corpus
from trainer.feedback.caps import weigh, within_rows
from trainer.feedback.claims import Claim, cast, gather
from trainer.feedback.doubts import Score, credible, unknown
from trainer.feedback.fate import Fate, Fates
from trainer.feedback.policy import FeedbackPolicy
from trainer.measures import Floats


@dataclass(frozen=True)
class Guarded:
    """What came of rows of feedback at the guards."""

    claims: tuple[Claim, ...]
    """What got through, the newest first."""
    weights: Floats
    """Of each of them, above 0 and at most 1, shape [claims]."""
    fates: Fates
    """Of every row that was read; that of the claims' rows is `TAKEN`."""


def guard(
    feedback: Iterable[Feedback],
    corpus: Corpus,
    policy: FeedbackPolicy,
    score: Score,
    engine: Engine,
) -> Guarded:
    """Return what of `feedback` may be fitted on; the order of its rows does not matter.

    Args:
        feedback: Rows as they are stored.
        corpus: What is trained and tested on; none of its labels changes.
        policy: The guards.
        score: The probability of spam by a model that never saw feedback.
        engine: The rules that the version is to serve with.
    """
    votes, fates = cast(feedback)
    claims, repeated = gather(votes)
    claims, known = unknown(claims, corpus)
    keyed = any(vote.reporter.source is not None for vote in votes)
    claims, doubted = credible(claims, engine, score, policy.quarantine, keyed=keyed)
    claims, capped = within_rows(claims, policy)
    counts: Mapping[Label, int] = {"spam": corpus.counts.spam, "ham": corpus.counts.ham}
    weights = weigh(claims, counts, policy)
    fates |= repeated | known | doubted | capped
    for claim, weight in zip(claims, weights, strict=True):
        fates |= claim.fates(Fate.TAKEN if weight > 0 else Fate.CAPPED)
    through = np.flatnonzero(weights > 0)
    return Guarded(tuple(claims[int(i)] for i in through), weights[through], fates)
