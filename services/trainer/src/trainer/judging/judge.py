"""Judging a version: the report, the champion beside it, the gate's decision, and their record."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.registry import TAG_GATE, TAG_GATE_POLICY, TAG_GATE_REASONS
from trainer.gate.decision import Decision, decide
from trainer.gate.policy import LoadedPolicy
from trainer.judging.champion import Rows, find_champion
from trainer.judging.predictions import (
    NEVER_TESTED,
    PREDICTIONS_FILE,
    decode_predictions,
    encode_predictions,
    predictions_of,
)
from trainer.judging.records import decision_tags, log_decision, log_report, read_report
from trainer.judging.reporting import Trained, report_on
from trainer.registry import Registry, Version
from trainer.report import Report
from trainer.system import SystemReport


@dataclass(frozen=True)
class Judgement:
    """What became of a version at the gate."""

    report: Report
    decision: Decision


def judge(
    registry: Registry,
    run_id: str,
    trained: Trained,
    rules: tuple[SystemReport, Sequence[str]],
    policy: LoadedPolicy,
) -> Judgement:
    """Judge a version that was just trained, and store report, predictions and decision.

    Args:
        registry: Where the run is, and the champion.
        run_id: The training's run.
        trained: The version.
        rules: The report on rules and model together, and by what the rules are below their bar.
        policy: What is asked.
    """
    report = report_on(trained, *rules)
    evaluated = trained.evaluated
    labels = (evaluated.scores, evaluated.called_spam)
    predictions = predictions_of(
        trained.texts, trained.spam, evaluated.outer, labels, trained.fitted_only
    )
    tested = predictions.digests[: len(trained.spam)]
    rows = Rows(tested, trained.spam, evaluated.called_spam, trained.texts)
    decision = decide(report, find_champion(registry, rows), policy)
    registry.log_bytes(run_id, PREDICTIONS_FILE, encode_predictions(predictions))
    log_report(registry, run_id, report)
    log_decision(registry, run_id, decision)
    return Judgement(report, decision)


def judge_again(registry: Registry, version: Version, policy: LoadedPolicy) -> Judgement:
    """Judge a registered version now, by what its run has, and write the decision on it.

    The champion's labels are those that its own run has: the texts are not at hand, so messages
    that it never saw are left out of the comparison.

    Raises:
        NoSuchArtifact: The run has no report or predictions.
        UnusableRecord: They cannot be read.
    """
    report = read_report(registry, version.run_id)
    stored = decode_predictions(registry.read_bytes(version.run_id, PREDICTIONS_FILE))
    tested = stored.fold != NEVER_TESTED
    rows = Rows(
        [digest for digest, kept in zip(stored.digests, tested, strict=True) if kept],
        stored.spam[tested],
        stored.called_spam[tested],
        None,
    )
    decision = decide(report, find_champion(registry, rows, version.number), policy)
    log_decision(registry, version.run_id, decision)
    tags = decision_tags(decision)
    # The answer last: whoever reads it finds its reasons.
    for name in (TAG_GATE_POLICY, TAG_GATE_REASONS, TAG_GATE):
        registry.tag(version, name, tags[name])
    return Judgement(report, decision)
