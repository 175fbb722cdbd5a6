"""The decision: every check of a candidate, and whether it may serve."""

from dataclasses import dataclass

from trainer.gate.check import Check
from trainer.gate.comparison import Champion, against_champion
from trainer.gate.data import data
from trainer.gate.fitness import cost, golden, numbers, rules
from trainer.gate.policy import LoadedPolicy
from trainer.gate.power import Power, power
from trainer.gate.quality import calibration, f1, ham, robustness, slices
from trainer.report import Report


@dataclass(frozen=True)
class Decision:
    """The gate's answer."""

    passed: bool
    """Whether the version may serve."""
    policy_version: int
    policy_digest: str
    """SHA-256 (hex) of the policy's file."""
    champion: str | None
    """The version that it was held against; None if none serves."""
    champion_note: str
    """What was left out of that, or why it could not be."""
    power: Power | None
    """What the bar for F1 can tell apart; None if that cannot be said."""
    checks: tuple[Check, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it refuses: each names the number that fell short. Empty when it passes."""
        return tuple(check.told for check in self.checks if not check.passed)


def decide(report: Report, champion: Champion | None, loaded: LoadedPolicy) -> Decision:
    """Return the decision on a candidate; a number that is not one is refused.

    Args:
        report: Of the candidate.
        champion: The version that serves, with the labels to compare; None if none serves.
        loaded: What is asked.
    """
    policy = loaded.policy
    checks = (
        *f1(report, policy.f1),
        ham(report, policy.ham),
        *against_champion(champion, report.messages, report.fitted, policy.champion),
        *slices(report.slices, policy.slices),
        *robustness(report.robustness, policy.robustness),
        *cost(report.cost, policy.cost),
        golden(report.golden, policy.golden),
        *data(report, policy.data),
        *rules(report, policy.rules),
        calibration(report.calibration, policy.calibration),
        numbers(report),
    )
    return Decision(
        passed=all(check.passed for check in checks),
        policy_version=policy.version,
        policy_digest=loaded.digest,
        champion=champion.version if champion else None,
        champion_note=champion.note if champion else "",
        power=power(report, policy.f1),
        checks=checks,
    )
