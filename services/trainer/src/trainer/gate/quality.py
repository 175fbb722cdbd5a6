"""Checks of how well the model labels: as a whole, by kind of message, and under disguise."""

from trainer.gate.check import Check, above, at_least, at_most
from trainer.gate.policy import CalibrationBar, F1Bar, HamBar, RobustnessBar, SliceBar
from trainer.report import CalibrationReport, Measured, Report


def f1(report: Report, bar: F1Bar) -> tuple[Check, ...]:
    """Return the checks of F1, and of the lower end of its interval."""
    low = report.f1_interval.low
    return (
        above("f1", "spam F1", report.f1, bar.min),
        above("f1_lower_end", "the lower end of spam F1's 95 % interval", low, bar.min_lower_end),
    )


def ham(report: Report, bar: HamBar) -> Check:
    """Return the check of the ham that is lost at the threshold."""
    rate, most = report.ham_false_positive_rate, bar.max_false_positive_rate
    return at_most("ham", "the share of ham called spam,", rate, most)


def slices(measured: dict[str, Measured], bar: SliceBar) -> tuple[Check, ...]:
    """Return a check of each kind of message."""
    return tuple(_slice(name, part, bar) for name, part in measured.items())


def robustness(measured: dict[str, Measured], bar: RobustnessBar) -> tuple[Check, ...]:
    """Return a check of each disguise."""
    return tuple(
        at_least(f"robustness.{name}", f"recall of spam under {name}", part.recall, bar.min_recall)
        for name, part in measured.items()
    )


def calibration(report: CalibrationReport, bar: CalibrationBar) -> Check:
    """Return the check that scores are about probabilities."""
    error, most = report.expected_error, bar.max_expected_error
    return at_most("calibration", "the expected calibration error", error, most)


def _slice(name: str, part: Measured, bar: SliceBar) -> Check:
    check = f"slices.{name}"
    if part.spam < bar.min_spam:
        told = f"slice {name} has {part.spam} spam, too few to judge: {bar.min_spam} are asked for"
        return Check(check, passed=True, told=told)
    what = f"spam F1 of slice {name} ({part.spam} spam of {part.messages} messages)"
    return at_least(check, what, part.f1, bar.min_f1)
