import math

import pytest

from trainer.gate import Policy, decide
from trainer.report import Report


def report(f1: float) -> Report:
    """A report with this F1."""
    return Report(4533, 561, f1, 0.005, 0.97, 0.96, 0.004)


@pytest.mark.parametrize("f1", [0.9501, 0.97, 1.0])
def test_above_the_bar_passes(f1: float) -> None:
    """A version whose F1 is above the bar passes without a reason."""
    decision = decide(report(f1), Policy(0.95))
    assert decision.passed
    assert decision.reasons == ()


@pytest.mark.parametrize("f1", [0.95, 0.9499, 0.0, math.nan])
def test_at_the_bar_or_below_is_refused(f1: float) -> None:
    """The bar itself is not above the bar, nor is what is no number; the reason has both."""
    decision = decide(report(f1), Policy(0.95))
    assert not decision.passed
    assert decision.reasons == (f"spam F1 {f1:.4f} is not above 0.95",)
