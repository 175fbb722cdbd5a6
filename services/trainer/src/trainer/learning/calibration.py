"""Calibration: the affine map of a model's logits that turns them into honest probabilities."""

from typing import NamedTuple

import numpy as np

from trainer.measures import Bools, Floats

_STEPS = 100
_TOLERANCE = 1e-12


class Calibration(NamedTuple):
    """A logit becomes `slope * logit + intercept`."""

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, logits: Floats) -> Floats:
        """Return the calibrated logits, of any shape."""
        return self.slope * logits + self.intercept


def calibrate(spam: Bools, logits: Floats) -> Calibration:
    """Return the calibration that makes out-of-fold `logits` likeliest; shapes [messages].

    Platt's method, with his smoothed targets, so that logits which part spam and ham without an
    error get no endless slope (Platt, Probabilistic outputs for support vector machines, 1999). The
    slope is never negative: logits that say nothing become the share of spam.
    """
    # Newton's method by least squares, on logits of spread 1, so that the tolerance means the same.
    spread = float(np.std(logits)) or 1.0
    design = np.column_stack([logits / spread, np.ones_like(logits)])
    targets = _targets(spam)
    start = np.array([0.0, _logit(float(np.mean(targets)))])
    slope, intercept = _newton(design, targets, start)
    if not slope > 0:
        return Calibration(0.0, float(start[1]))
    return Calibration(float(slope) / spread, float(intercept))


def probabilities(logits: Floats) -> Floats:
    """Return the logistic function of `logits`; exact for large ones of either sign."""
    return np.exp(-np.logaddexp(0.0, -logits))


def _targets(spam: Bools) -> Floats:
    """Return what to take for the probability of spam of a message of either label."""
    positive, negative = int(spam.sum()), int((~spam).sum())
    return np.where(spam, (positive + 1) / (positive + 2), 1 / (negative + 2))


def _newton(design: Floats, targets: Floats, start: Floats) -> Floats:
    """Minimise the cross-entropy, a convex function; each step is halved until it helps."""
    at, loss = start, _loss(design, targets, start)
    for _ in range(_STEPS):
        found = probabilities(design @ at)
        gradient = design.T @ (found - targets)
        curvature = (design * (found * (1 - found))[:, None]).T @ design
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        while (lower := _loss(design, targets, at - step)) > loss and np.abs(step).max() > 0:
            step = step / 2
        at, loss = at - step, lower
        if np.abs(step).max() < _TOLERANCE:
            break
    return at


def _loss(design: Floats, targets: Floats, at: Floats) -> float:
    logits = design @ at
    return float(np.sum(np.logaddexp(0.0, logits) - targets * logits))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
