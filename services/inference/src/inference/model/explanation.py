"""Which terms move a logit most."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kit.oip import Explanation, Term

_TERMS = 10


def explanation(
    intercept: float,
    added: NDArray[np.float64],
    name: Callable[[int], str],
) -> Explanation:
    """Return the largest of the contributions `added` by name, and the sum of the others.

    The logit is the correctly rounded sum of the intercept, the listed contributions and the rest.
    `name` returns the name of the term at a position of `added`.
    """
    order = np.argsort(-np.abs(added), kind="stable")
    listed = [(int(position), float(added[position])) for position in order[:_TERMS]]
    rest = math.fsum(added[order[_TERMS:]])
    return Explanation(
        logit=math.fsum([intercept, *(value for _, value in listed), rest]),
        intercept=intercept,
        terms=[Term(name(position), value) for position, value in listed],
        rest=rest,
    )
