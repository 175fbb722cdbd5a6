import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dataplane.curves import steepness


@given(st.floats(0.1, 3), st.floats(0.1, 1e3))
def test_a_power_grows_by_its_exponent(exponent: float, factor: float) -> None:
    """Whatever the unit of the cost is."""
    points = [(x, factor * x**exponent) for x in (1.0, 4.0, 16.0, 64.0)]
    assert steepness(points) == pytest.approx(exponent)


def test_the_steepest_step_counts() -> None:
    """A jump between two lengths is not hidden by the others."""
    assert steepness([(1, 1), (2, 2), (4, 8), (8, 16)]) == pytest.approx(2)
