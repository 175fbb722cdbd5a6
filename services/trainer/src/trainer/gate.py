"""The gate: a pure function from reports to a decision with every reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trainer.report import Report
from trainer.system import SystemReport


@dataclass(frozen=True)
class Policy:
    """What a version must reach before it may serve."""

    min_f1: float
    """Spam-class F1 of the model alone must be above this."""
    min_system_f1: float | None = None
    """Spam-class F1 of rules and model together must be above this; None does not ask."""
    rules: Literal["report", "require"] = "report"
    """`require` refuses a version while the rule pack is below its bar."""


@dataclass(frozen=True)
class Decision:
    """The gate's answer."""

    reasons: tuple[str, ...]
    """Why it refuses: each names the number that fell short. Empty when it passes."""

    @property
    def passed(self) -> bool:
        """Whether the version may serve."""
        return not self.reasons


def decide(
    report: Report, system: SystemReport, rule_shortfalls: Sequence[str], policy: Policy
) -> Decision:
    """Return the decision on a version; a number that is not one is refused.

    Args:
        report: Of the model alone.
        system: Of rules and model together.
        rule_shortfalls: By what the rule pack is below its bar, a line each.
        policy: What is asked.
    """
    reasons = []
    if not report.f1 > policy.min_f1:
        reasons.append(f"spam F1 {report.f1:.4f} is not above {policy.min_f1:g}")
    least = policy.min_system_f1
    if least is not None and not system.f1 > least:
        reasons.append(f"spam F1 of rules and model {system.f1:.4f} is not above {least:g}")
    if policy.rules == "require":
        reasons.extend(rule_shortfalls)
    return Decision(tuple(reasons))
