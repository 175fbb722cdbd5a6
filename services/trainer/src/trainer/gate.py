"""The gate: a pure function from a report to a decision with every reason."""

from dataclasses import dataclass

from trainer.report import Report


@dataclass(frozen=True)
class Policy:
    """What a version must reach before it may serve."""

    min_f1: float
    """Spam-class F1 must be above this."""


@dataclass(frozen=True)
class Decision:
    """The gate's answer."""

    reasons: tuple[str, ...]
    """Why it refuses: each names the number that fell short. Empty when it passes."""

    @property
    def passed(self) -> bool:
        """Whether the version may serve."""
        return not self.reasons


def decide(report: Report, policy: Policy) -> Decision:
    """Return the decision on a version with this report; a number that is not one is refused."""
    reasons = []
    if not report.f1 > policy.min_f1:
        reasons.append(f"spam F1 {report.f1:.4f} is not above {policy.min_f1:g}")
    return Decision(tuple(reasons))
