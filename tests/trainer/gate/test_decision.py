import math
from dataclasses import replace

import pytest

from fixtures.gate import GOOD, policy, refused
from trainer.gate.decision import decide
from trainer.report import (
    CalibrationReport,
    CostReport,
    DataReport,
    GoldenReport,
    Interval,
    Measured,
    Report,
)

PACKAGED = policy()
BELOW = (
    "rule prize: precision 0.9000 is below 0.99 (9 spam hits, 1 ham hits)",
    "pack test: it decides 5% of the ham as spam (1), more than 0.05%",
)


def test_a_good_version_passes_without_a_reason() -> None:
    """Every check is told all the same, with the policy that was asked by."""
    decision = decide(GOOD, None, PACKAGED)
    assert decision.passed
    assert decision.reasons == ()
    assert (decision.policy_version, decision.policy_digest) == (1, PACKAGED.digest)
    assert decision.champion is None
    assert len({check.name for check in decision.checks}) == len(decision.checks) > 15
    assert all(check.told for check in decision.checks)


@pytest.mark.parametrize(
    ("change", "check", "told"),
    [
        ({"f1": 0.95}, "f1", "spam F1 0.9500 is not above 0.95"),
        ({"f1": math.nan}, "f1", "spam F1 nan is not above 0.95"),
        (
            {"f1_interval": Interval(0.9399, 0.98)}, "f1_lower_end",
            "the lower end of spam F1's 95 % interval 0.9399 is not above 0.94",
        ),
        (
            {"ham_false_positive_rate": 0.0101}, "ham",
            "the share of ham called spam, 0.0101 is above 0.01",
        ),
        (
            {"slices": {"long": Measured(1088, 458, 0.7, 0.7, 0.7, 0.1)}}, "slices.long",
            "spam F1 of slice long (458 spam of 1088 messages) 0.7 is below 0.85",
        ),
        (
            {"robustness": {"leet": Measured(4533, 561, 0.2, 0.9, 0.1, 0.0)}}, "robustness.leet",
            "recall of spam under leet 0.1 is below 0.75",
        ),
        ({"cost": CostReport(5.5, 1, 1)}, "cost.time", "CPU time a message, in ms, 5.5 is above 5"),
        (
            {"cost": CostReport(0.1, 2**26 + 1, 1)}, "cost.size",
            "the model file's size, in bytes, 67108865 is above 67108864",
        ),
        (
            {"cost": CostReport(0.1, 1, 1_000_001)}, "cost.terms",
            "the number of terms 1000001 is above 1000000",
        ),
        (
            {"golden": GoldenReport(6, ("WINNER!!",))}, "golden",
            "1 of 6 golden messages have the wrong label: 'WINNER!!'",
        ),
        (
            {"data": DataReport(1, 4533, 0, 0)}, "data.overlap",
            "the number of messages judged by a model that saw them, 1 is above 0",
        ),
        (
            {"data": DataReport(0, 4533, 2000, 1800)}, "data.near_duplicates",
            (
                "the share of messages nearly the same as one in another fold (1800 of 4533; 2000 "
                "are nearly the same as any), 0.3971 is above 0.3"
            ),
        ),
        (
            {"calibration": CalibrationReport(0.1, 0.06)}, "calibration",
            "the expected calibration error 0.06 is above 0.05",
        ),
        ({"not_finite": 3}, "numbers", "3 coefficients or scores are no finite numbers"),
    ],
)  # fmt: skip
def test_what_falls_short_is_named(change: dict[str, object], check: str, told: str) -> None:
    """Just that check refuses (and what is no number, twice); the reason has number and bound."""
    decision = decide(replace(GOOD, **change), None, PACKAGED)  # type: ignore[arg-type]
    assert not decision.passed
    assert refused(decision) - {"numbers"} <= {check}
    assert told in decision.reasons


def test_size_and_balance_of_the_data_are_asked_for() -> None:
    """Too few messages of either label, too few in all, and too little or too much spam."""
    small = replace(GOOD, messages=99, spam=99)
    names = {"data.messages", "data.spam", "data.ham", "data.balance"}
    assert refused(decide(small, None, PACKAGED)) == names
    rare = replace(GOOD, messages=100_000, data=DataReport(0, 100_000, 0, 0))
    assert refused(decide(rare, None, PACKAGED)) == {"data.balance"}


def test_a_slice_with_little_spam_is_told_and_not_judged() -> None:
    """An F1 of 17 messages says nothing."""
    short = replace(GOOD, slices={"short": Measured(1897, 17, 0.3, 0.5, 0.2, 0.0)})
    decision = decide(short, None, PACKAGED)
    assert decision.passed
    told = {check.name: check.told for check in decision.checks}["slices.short"]
    assert told == "slice short has 17 spam, too few to judge: 50 are asked for"


def nan_of(report: Report, path: str) -> Report:
    """The report with a NaN in place of one number, `part.field` or `field`."""
    part, _, field = path.rpartition(".")
    if not part:
        return replace(report, **{field: math.nan})  # type: ignore[arg-type]
    return replace(report, **{part: replace(getattr(report, part), **{field: math.nan})})


@pytest.mark.parametrize(
    "path",
    [
        "f1", "f1_standard_error", "precision", "recall", "ham_false_positive_rate",
        "f1_interval.low", "f1_interval.high", "calibration.brier", "calibration.expected_error",
        "cost.milliseconds", "system.f1",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_wherever_it_stands(path: str) -> None:
    """The reason says where; nothing fails on the way there."""
    decision = decide(nan_of(GOOD, path), None, PACKAGED)
    assert "numbers" in refused(decision)
    assert f"the report's {path} are no finite numbers" in decision.reasons


def test_the_system_is_not_asked_unless_told() -> None:
    """By default neither the F1 of rules and model together nor the rules' bar refuses."""
    poor = replace(GOOD, system=replace(GOOD.system, f1=0.1), rule_shortfalls=BELOW)
    assert decide(poor, None, PACKAGED).passed


def test_rules_and_system_can_be_required() -> None:
    """Every shortfall of the rules is then a reason, and the F1 of both; nothing else is."""
    poor = replace(GOOD, system=replace(GOOD.system, f1=0.96), rule_shortfalls=BELOW)
    asked = policy(rules={"pack": "require", "min_system_f1": 0.96})
    assert decide(poor, None, asked).reasons == (
        "spam F1 of rules and model 0.9600 is not above 0.96",
        *BELOW,
    )
    assert decide(GOOD, None, asked).passed
