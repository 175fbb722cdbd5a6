"""Checks of the version itself: its numbers, its cost, its golden messages, its rules."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from trainer.gate.check import Check, above, at_most
from trainer.gate.policy import CostBar, GoldenBar, RulesBar
from trainer.report import CostReport, GoldenReport, Report


def numbers(report: Report) -> Check:
    """Return the check that all is finite: coefficients, scores, and the report itself."""
    bad = [name for name, value in _numbers(asdict(report), "") if not math.isfinite(value)]
    found = [f"{report.not_finite} coefficients or scores"] if report.not_finite else []
    found += [f"the report's {name}" for name in bad]
    told = f"{', '.join(found)} are no finite numbers" if found else "all numbers are finite"
    return Check("numbers", not found, told, report.not_finite + len(bad), 0)


def cost(report: CostReport, bar: CostBar) -> tuple[Check, ...]:
    """Return the checks of what scoring and storing cost."""
    spent, size, terms = report.milliseconds, report.model_bytes, report.terms
    return (
        at_most("cost.time", "CPU time a message, in ms,", spent, bar.max_milliseconds),
        at_most("cost.size", "the model file's size, in bytes,", size, bar.max_model_bytes),
        at_most("cost.terms", "the number of terms", terms, bar.max_terms),
    )


def golden(report: GoldenReport, bar: GoldenBar) -> Check:
    """Return the check of the golden messages that have a label."""
    wrong = len(report.wrong)
    told = f"{wrong} of {report.labelled} golden messages have the wrong label"
    if wrong:
        told += ": " + "; ".join(repr(text) for text in report.wrong)
    return Check("golden", wrong <= bar.max_wrong, told, wrong, bar.max_wrong)


def rules(report: Report, bar: RulesBar) -> tuple[Check, ...]:
    """Return the checks of the rules, and of rules and model together, that the policy asks for."""
    checks: list[Check] = []
    if bar.min_system_f1 is not None:
        what = "spam F1 of rules and model"
        checks.append(above("system_f1", what, report.system.f1, bar.min_system_f1))
    if bar.pack == "require":
        checks += [Check("rules", passed=False, told=told) for told in report.rule_shortfalls]
        if not report.rule_shortfalls:
            checks.append(Check("rules", passed=True, told="the rule pack is at its bar"))
    return tuple(checks)


def _numbers(fields: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{name}.")
        elif isinstance(value, int | float):
            yield f"{prefix}{name}", value
