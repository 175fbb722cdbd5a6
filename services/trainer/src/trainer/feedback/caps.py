"""The guards of the whole: how many rows of anybody count, and how much they weigh together."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from trainer.dataset.columns import Label
from trainer.feedback.claims import Claim, Reporter
from trainer.feedback.fate import Fate, Fates
from trainer.feedback.policy import FeedbackPolicy
from trainer.measures import Bools, Floats


def within_rows(claims: Sequence[Claim], policy: FeedbackPolicy) -> tuple[list[Claim], Fates]:
    """Return the newest claims for which anybody has a row left, and the fates of the others.

    A claim takes a row from each of its reporters who has one left, and from that reporter's API
    key. Its other reporters' votes are left out of it: they speak for no more than they may.
    """
    of_reporter: Counter[Reporter] = Counter()
    of_source: Counter[str | None] = Counter()

    def has_room(reporter: Reporter) -> bool:
        return (
            of_reporter[reporter] < policy.reporter.max_rows
            and of_source[reporter.source] < policy.source.max_rows
        )

    kept: list[Claim] = []
    fates: Fates = {}
    for claim in sorted(claims, key=lambda claim: claim.newest.age, reverse=True):
        votes = tuple(vote for vote in claim.votes if has_room(vote.reporter))
        if not votes or len(kept) >= policy.total.max_rows:
            fates |= claim.fates(Fate.CAPPED)
            continue
        counted = Claim(votes)
        of_reporter.update(counted.reporters)
        of_source.update({reporter.source for reporter in counted.reporters})
        fates |= {vote.id: Fate.CAPPED for vote in claim.votes if vote not in votes}
        kept.append(counted)
    return kept, fates


def weigh(claims: Sequence[Claim], corpus: Mapping[Label, int], policy: FeedbackPolicy) -> Floats:
    """Return the weight of each claim, between 0 and 1, shape [claims].

    Each begins with 1. What a reporter, an API key or all feedback of one label has beyond its cap
    is scaled down to it, and then the label that is too many for the balance; nothing is ever
    scaled up, so what is done first still holds at the end.

    Args:
        claims: What is claimed.
        corpus: Messages of the corpus by label.
        policy: The caps.
    """
    weights = np.zeros(len(claims))
    spam = np.array([claim.label == "spam" for claim in claims], dtype=np.bool_)
    sides: tuple[tuple[Label, Bools], ...] = (("spam", spam), ("ham", ~spam))
    for label, of_label in sides:
        at = np.flatnonzero(of_label)
        budget = policy.total.max_share * corpus[label]
        weights[at] = _within([claims[int(i)] for i in at], budget, policy)
    for of_label, most in zip((spam, ~spam), _balance(weights, spam, corpus, policy), strict=True):
        weights[of_label] *= _down_to(most, float(weights[of_label].sum()))
    return weights


def _within(claims: Sequence[Claim], budget: float, policy: FeedbackPolicy) -> list[float]:
    """Return the weights of claims of one label under the caps; `budget` is that of all of them.

    A claim weighs what its reporters give it, each the same part of 1 and then scaled down to the
    reporter's cap and to that of the API key.
    """
    of_reporter: defaultdict[Reporter, float] = defaultdict(float)
    for claim in claims:
        for reporter in claim.reporters:
            of_reporter[reporter] += 1 / len(claim.votes)
    scale = {
        reporter: _down_to(policy.reporter.max_share * budget, weight)
        for reporter, weight in of_reporter.items()
    }
    of_source: defaultdict[str | None, float] = defaultdict(float)
    for reporter, weight in of_reporter.items():
        of_source[reporter.source] += scale[reporter] * weight
    for reporter in scale:
        most = policy.source.max_share * budget
        scale[reporter] *= _down_to(most, of_source[reporter.source])
    weights = [fmean(scale[reporter] for reporter in claim.reporters) for claim in claims]
    factor = _down_to(budget, sum(weights))
    return [weight * factor for weight in weights]


def _balance(
    weights: Floats, spam: Bools, corpus: Mapping[Label, int], policy: FeedbackPolicy
) -> tuple[float, float]:
    """Return how much all spam and all ham of the feedback may weigh for the balance.

    With s and h messages of either label in the corpus and feedback of the weights x and y, the
    share of spam is (s + x) / (s + x + h + y); solved for x at its upper bound, and for y at its
    lower one. Only one of the two can bind.
    """
    s, h = corpus["spam"], corpus["ham"]
    x, y = float(weights[spam].sum()), float(weights[~spam].sum())
    share, shift = s / (s + h), policy.total.max_spam_shift
    high, low = share + shift, share - shift
    most_spam = (high * (h + y) / (1 - high)) - s if high < 1 else x
    most_ham = (s + x) * (1 - low) / low - h if low > 0 else y
    return most_spam, most_ham


def _down_to(most: float, weight: float) -> float:
    """Return the factor between 0 and 1 that brings a weight down to the most that it may be."""
    return most / weight if weight > most else 1.0
