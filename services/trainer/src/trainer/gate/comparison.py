"""The comparison with the champion on the same messages, and the checks on it."""

import math
from dataclasses import dataclass

import numpy as np

from trainer.bootstrap import f1_differences
from trainer.gate.check import Check, at_least
from trainer.gate.policy import ChampionBar
from trainer.measures import Bools, Confusion

_SEED = 0
"""Of the bootstrap: the same labels give the same answer."""


@dataclass(frozen=True)
class Paired:
    """Labels of the same messages by candidate and champion; all of shape [messages].

    Both are labels by models that never saw the message.
    """

    spam: Bools
    candidate: Bools
    champion: Bools


@dataclass(frozen=True)
class Champion:
    """The version that serves, as far as a candidate is held against it."""

    version: str
    fitted: int
    """Messages that it was fitted on; 0 if its run does not say."""
    paired: Paired | None
    """None if they cannot be compared."""
    note: str = ""
    """Why they cannot, or what was left out."""


def against_champion(
    champion: Champion | None, judged: int, fitted: int, bar: ChampionBar
) -> tuple[Check, ...]:
    """Return the checks of a candidate against the champion, if any.

    Args:
        champion: The version that serves.
        judged: Messages that the candidate was judged on.
        fitted: Messages that it was fitted on.
        bar: What is asked.
    """
    if champion is None:
        return (Check("champion", passed=True, told="no champion: no other version serves"),)
    compared = (
        (_comparable(champion, judged, bar),)
        if champion.paired is None or not _enough(champion.paired, judged, bar)
        else (_errors(champion, champion.paired, bar), _f1(champion, champion.paired, bar))
    )
    return (*compared, _training_share(champion, fitted, bar))


def mcnemar(candidate_only: int, champion_only: int) -> float:
    """Return the one-sided p-value of the exact McNemar test: that the candidate errs no more.

    Of messages that just one of them gets wrong, each is the candidate's with chance one half if
    they err alike; the tail of that binomial distribution is returned (Dietterich, Neural
    Computation 10, 1998, on the test; exact rather than by chi-square, as mistakes are few).
    """
    n = candidate_only + champion_only
    log_half = n * math.log(2)
    tail = math.fsum(
        math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - log_half)
        for k in range(candidate_only, n + 1)
    )
    return min(tail, 1.0)


def _enough(paired: Paired, judged: int, bar: ChampionBar) -> bool:
    labels = paired.spam
    shared = len(labels) >= bar.min_compared_share * judged
    return shared and bool(labels.any()) and not bool(labels.all())


def _comparable(champion: Champion, judged: int, bar: ChampionBar) -> Check:
    why = champion.note
    if champion.paired is not None:
        why = f"it has fair labels for {len(champion.paired.spam)} of {judged} messages only"
    passed = bar.not_comparable == "skip"
    told = f"version {champion.version}, which serves, cannot be compared with: {why}"
    return Check("champion", passed, told)


def _errors(champion: Champion, paired: Paired, bar: ChampionBar) -> Check:
    mine = paired.candidate != paired.spam
    theirs = paired.champion != paired.spam
    worse, better = int((mine & ~theirs).sum()), int((~mine & theirs).sum())
    p = mcnemar(worse, better)
    passed = p >= bar.alpha
    told = (
        f"of {len(mine)} messages {worse} are wrong that version {champion.version} gets right, "
        f"and {better} the other way round: {_significance(p, bar.alpha, passed=passed)}"
    )
    return Check("champion_errors", passed, told, p, bar.alpha)


def _f1(champion: Champion, paired: Paired, bar: ChampionBar) -> Check:
    draws = f1_differences(paired.spam, paired.candidate, paired.champion, _SEED)
    p = float((draws >= 0).mean())
    passed = p >= bar.alpha
    mine = Confusion.of(paired.spam, paired.candidate).f1
    theirs = Confusion.of(paired.spam, paired.champion).f1
    low, high = np.quantile(draws, [0.025, 0.975])
    told = (
        f"spam F1 {mine:.4f} against {theirs:.4f} of version {champion.version} on the same "
        f"messages (difference {mine - theirs:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}): "
        f"{_significance(p, bar.alpha, passed=passed)}"
    )
    return Check("champion_f1", passed, told, p, bar.alpha)


def _significance(p: float, alpha: float, *, passed: bool) -> str:
    return f"{'no' if passed else 'a'} significant loss (p = {p:.4f}, alpha = {alpha:g})"


def _training_share(champion: Champion, fitted: int, bar: ChampionBar) -> Check:
    name = "training_share"
    if not champion.fitted:
        told = f"how much version {champion.version} was fitted on is not known"
        return Check(name, bar.not_comparable == "skip", told)
    share = fitted / champion.fitted
    what = f"{fitted} messages for {champion.fitted} of version {champion.version}: share"
    return at_least(name, what, share, bar.min_training_share)
