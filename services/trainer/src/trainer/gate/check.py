"""One check of the gate: what was asked, what was found, and whether it is enough."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """What a check found."""

    name: str
    passed: bool
    told: str
    """A sentence with the number and its bound: the reason, if it refuses."""
    value: float | None = None
    """What was found, where it is one number."""
    bound: float | None = None
    """What it is held against."""


def above(name: str, what: str, value: float, bound: float) -> Check:
    """Return the check that `value` is above `bound`; what is no number is not."""
    passed = value > bound
    told = f"{what} {value:.4f} is {'' if passed else 'not '}above {bound:g}"
    return Check(name, passed, told, _finite(value), bound)


def at_most(name: str, what: str, value: float, bound: float) -> Check:
    """Return the check that `value` is not above `bound`; what is no number is refused."""
    passed = value <= bound
    told = f"{what} {_written(value)} is {'at most' if passed else 'above'} {_written(bound)}"
    return Check(name, passed, told, _finite(value), bound)


def at_least(name: str, what: str, value: float, bound: float) -> Check:
    """Return the check that `value` is not below `bound`; what is no number is refused."""
    passed = value >= bound
    told = f"{what} {_written(value)} is {'at least' if passed else 'below'} {_written(bound)}"
    return Check(name, passed, told, _finite(value), bound)


def _written(value: float) -> str:
    """Return counts in full, and other numbers to four digits."""
    return str(int(value)) if math.isfinite(value) and value == int(value) else f"{value:.4g}"


def _finite(value: float) -> float | None:
    """Return `value`, or None for what JSON has no number for."""
    return float(value) if math.isfinite(value) else None
