"""Calibration: the affine map of a model's logits that turns them into honest probabilities."""

from typing import NamedTuple


class Calibration(NamedTuple):
    """A logit becomes `slope * logit + intercept`."""

    slope: float = 1.0
    intercept: float = 0.0
