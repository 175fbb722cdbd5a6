"""What the gate leaves in a run, and reads back: report, predictions and decision."""

import json

import msgspec

from kit.registry import (
    GATE_PASSED,
    GATE_REFUSED,
    TAG_GATE,
    TAG_GATE_POLICY,
    TAG_GATE_REASONS,
)
from trainer.errors import UnusableRecord
from trainer.gate.decision import Decision
from trainer.judging.gate_page import render_decision
from trainer.registry import Registry
from trainer.report import Report

REPORT_FILE = "gate/report.json"
"""What the gate decided by, among the run's artifacts."""
DECISION_FILE = "gate/decision.json"
"""The decision, every check and the policy it was made by."""
DECISION_PAGE = "gate/decision.md"
"""The same to be read."""

_MOST_TAG = 4000
"""Characters of a tag's value: MLflow takes some thousand."""
_MOST_REASON = 400


def log_report(registry: Registry, run_id: str, report: Report) -> None:
    """Store a report with its run."""
    registry.log_bytes(run_id, REPORT_FILE, _encoded(report))


def read_report(registry: Registry, run_id: str) -> Report:
    """Return the report that a run has.

    Raises:
        NoSuchArtifact: It has none: it was made by an older release, or never got so far.
        NoSuchRun: There is no such run.
        UnusableRecord: It cannot be read.
    """
    try:
        return msgspec.json.decode(registry.read_bytes(run_id, REPORT_FILE), type=Report)
    except msgspec.MsgspecError as error:
        msg = f"{REPORT_FILE} of run {run_id} cannot be read: {error}"
        raise UnusableRecord(msg) from error


def log_decision(registry: Registry, run_id: str, decision: Decision) -> None:
    """Store a decision with its run, in place of an earlier one."""
    registry.log_bytes(run_id, DECISION_FILE, _encoded(decision))
    registry.log_file(run_id, DECISION_PAGE, render_decision(decision))


def decision_tags(decision: Decision) -> dict[str, str]:
    """Return what the version's tags say of a decision; long reasons are shortened."""
    return {
        TAG_GATE: GATE_PASSED if decision.passed else GATE_REFUSED,
        TAG_GATE_REASONS: shortened(decision.reasons),
        TAG_GATE_POLICY: f"{decision.policy_version}@{decision.policy_digest}",
    }


def shortened(reasons: tuple[str, ...]) -> str:
    """Return `reasons` as a JSON list that a tag can hold; what is cut is said."""
    kept = [_cut(reason) for reason in reasons]
    while len(encoded := json.dumps(kept)) > _MOST_TAG:
        left = len(reasons) - len(kept) + 2
        kept = [*kept[:-2], f"and {left} more, in {DECISION_FILE} of the run"]
    return encoded


def _cut(reason: str) -> str:
    return reason if len(reason) <= _MOST_REASON else reason[: _MOST_REASON - 1] + "…"


def _encoded(content: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
