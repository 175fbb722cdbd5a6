"""Power: how often the gate's bar for F1 errs, at this number of messages.

A model of a given true F1 is imagined whose mistakes are divided like the candidate's between
missed spam and wronged ham. Corpora of the candidate's size are drawn from it, and each is held
against the bar as the candidate was: F1, and the lower end of its bootstrap interval.
"""

import math
from dataclasses import dataclass

import numpy as np

from trainer.bootstrap import CONFIDENCE, Counts, f1_of
from trainer.gate.policy import F1Bar
from trainer.measures import Floats
from trainer.report import Report

_CORPORA = 1000
_DRAWS = 200
_SEED = 0
"""Of the simulation: one report and policy give one answer."""


@dataclass(frozen=True)
class Power:
    """What the bar for F1 can tell apart."""

    messages: int
    standard_error: float
    """Of the candidate's F1."""
    good: float
    """A true F1 that should pass."""
    good_refused: float
    """The chance that a model of that F1 is refused all the same."""
    bad: float
    """A true F1 that should be refused."""
    bad_passed: float
    """The chance that a model of that F1 passes all the same."""


def power(report: Report, bar: F1Bar) -> Power | None:
    """Return how often `bar` errs on models like the candidate, but of known true F1.

    None if the candidate's mistakes are no numbers, or it was not judged by spam and ham.
    """
    mistakes = report.recall + report.ham_false_positive_rate
    if not (math.isfinite(mistakes) and 0 < report.spam < report.messages):
        return None
    return Power(
        messages=report.messages,
        standard_error=report.f1_standard_error,
        good=bar.good,
        good_refused=1 - chance_to_pass(report, bar, bar.good),
        bad=bar.bad,
        bad_passed=chance_to_pass(report, bar, bar.bad),
    )


def chance_to_pass(report: Report, bar: F1Bar, true_f1: float) -> float:
    """Return the share of corpora on which a model of `true_f1` reaches the bar."""
    rng = np.random.default_rng(_SEED)
    shares = _shares(report, true_f1)
    corpora = rng.multinomial(report.messages, shares, _CORPORA)
    lower_ends = np.array([_lower_end(counts, rng) for counts in corpora])
    passed = (f1_of(corpora) > bar.min) & (lower_ends > bar.min_lower_end)
    return float(passed.mean())


def _shares(report: Report, true_f1: float) -> Floats:
    """Return the shares of true spam, false spam, false ham and true ham at `true_f1`.

    Of mistakes M the part w is missed spam. F1 = 2T / (2T + M) with T = S - wM spam found gives
    M = S r / (1 + w r), where r = 2 (1 - F1) / F1.
    """
    missed = report.spam * (1 - report.recall) + 0.5  # half a mistake each, for there may be none
    wronged = (report.messages - report.spam) * report.ham_false_positive_rate + 0.5
    part = missed / (missed + wronged)
    ratio = 2 * (1 - true_f1) / true_f1
    mistakes = report.spam * ratio / (1 + part * ratio)
    ham = report.messages - report.spam
    wronged = min((1 - part) * mistakes, ham)
    counts = [report.spam - part * mistakes, wronged, part * mistakes, ham - wronged]
    return np.array(counts) / report.messages


def _lower_end(counts: Counts, rng: np.random.Generator) -> float:
    draws = rng.multinomial(counts.sum(), counts / counts.sum(), _DRAWS)
    return float(np.quantile(f1_of(draws), (1 - CONFIDENCE) / 2))
