import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.model.explanation import explanation

NUMBER = st.floats(-1e6, 1e6)


@given(NUMBER, st.lists(NUMBER, max_size=30))
def test_the_parts_make_the_logit_to_the_last_bit(intercept: float, added: list[float]) -> None:
    """Intercept, listed contributions and rest, summed exactly and rounded once, are the logit."""
    told = explanation(intercept, np.array(added), str)
    parts = [told.intercept, *(term.contribution for term in told.terms), told.rest]
    assert math.fsum(parts) == told.logit
    assert math.isclose(told.logit, math.fsum([intercept, *added]), abs_tol=1e-9)


def test_the_largest_are_listed() -> None:
    """The ten largest by size, the largest first, whatever their sign; equals in their order."""
    added = np.array([0.5, -3.0, *[1.0] * 10, 2.0])
    terms = explanation(0.0, added, lambda position: f"term {position}").terms
    assert [term.term for term in terms[:4]] == ["term 1", "term 12", "term 2", "term 3"]
    assert [term.contribution for term in terms] == [-3.0, 2.0, *[1.0] * 8]
