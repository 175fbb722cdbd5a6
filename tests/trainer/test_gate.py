import math

import pytest

from trainer.gate import Policy, decide
from trainer.report import Report
from trainer.system import Layer, SystemReport

LAYER = Layer(10, 90, 1, 1, 0.9, 0.9, 0.9)
BELOW = ("rule prize: precision 0.9000 is below 0.99 (9 spam hits, 1 ham hits)",)


def report(f1: float) -> Report:
    """A report on the model with this F1."""
    return Report(4533, 561, f1, 0.005, 0.97, 0.96, 0.004)


def system(f1: float) -> SystemReport:
    """A report on rules and model together with this F1."""
    return SystemReport(f1, 0.005, 0.97, 0.96, 0.004, LAYER, LAYER, 3, 0)


@pytest.mark.parametrize("f1", [0.9501, 0.97, 1.0])
def test_above_the_bar_passes(f1: float) -> None:
    """A version whose F1 is above the bar passes without a reason."""
    decision = decide(report(f1), system(f1), (), Policy(0.95))
    assert decision.passed
    assert decision.reasons == ()


@pytest.mark.parametrize("f1", [0.95, 0.9499, 0.0, math.nan])
def test_at_the_bar_or_below_is_refused(f1: float) -> None:
    """The bar itself is not above the bar, nor is what is no number; the reason has both."""
    decision = decide(report(f1), system(0.99), (), Policy(0.95))
    assert not decision.passed
    assert decision.reasons == (f"spam F1 {f1:.4f} is not above 0.95",)


def test_the_system_is_not_asked_unless_told() -> None:
    """By default neither the F1 of rules and model together nor the rules' bar refuses."""
    assert decide(report(0.97), system(0.1), BELOW, Policy(0.95)).passed


@pytest.mark.parametrize(
    ("f1", "passed"), [(0.97, True), (0.96, False), (0.9, False), (math.nan, False)]
)
def test_the_system_can_be_asked_for(f1: float, passed: bool) -> None:  # noqa: FBT001
    """A bar for rules and model together refuses at the bar and below, with both numbers."""
    decision = decide(report(0.97), system(f1), (), Policy(0.95, min_system_f1=0.96))
    assert decision.passed == passed
    if not passed:
        assert decision.reasons == (f"spam F1 of rules and model {f1:.4f} is not above 0.96",)


def test_rules_at_their_bar_can_be_required() -> None:
    """Every shortfall of the rules is then a reason; rules without one refuse nothing."""
    policy = Policy(0.95, rules="require")
    assert decide(report(0.97), system(0.97), BELOW, policy).reasons == BELOW
    assert decide(report(0.97), system(0.97), (), policy).passed


def test_every_reason_is_told() -> None:
    """A version that falls short of everything is told all of it."""
    policy = Policy(0.95, min_system_f1=0.96, rules="require")
    assert len(decide(report(0.5), system(0.5), BELOW, policy).reasons) == 3
