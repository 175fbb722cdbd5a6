"""`trainer train`, from a corpus to a version with the gate's decision on it."""

from dataclasses import dataclass

from kit.registry import (
    TAG_GATE_POLICY,
    TAG_MANIFEST_SHA256,
    TAG_RULES_DIGEST,
    TAG_RULES_PACK,
)
from trainer.abandoned import end_abandoned, guarded_run
from trainer.dataset.corpus import Corpus
from trainer.errors import NotFinite
from trainer.feedback.report import FeedbackReport, summary
from trainer.feedback_log import log_feedback
from trainer.gate.decision import Decision
from trainer.judging.judge import Judgement, judge
from trainer.judging.records import DECISION_FILE, decision_tags
from trainer.learning.tuning import Advance, Tuned
from trainer.locks import Locks
from trainer.making import Candidate, count_making, make
from trainer.plan import Plan
from trainer.registry import Registry, Version
from trainer.report import Report
from trainer.reproduction.provenance import Made, feedback_rows, log_provenance
from trainer.reproduction.snapshot import Snapshot
from trainer.rule_quality.report import QualityReport
from trainer.run_log.card import DESCRIPTION_CHARS, shortened
from trainer.run_log.facts import Facts
from trainer.run_log.record import count_log_steps, log_training
from trainer.run_log.rules import log_rules
from trainer.system import SystemReport


@dataclass(frozen=True)
class Outcome:
    """What training gave."""

    version: Version
    report: Report
    rules: QualityReport
    system: SystemReport
    best: Tuned
    decision: Decision
    model_bytes: int
    """Size of the stored model file."""
    fitted: int
    """Messages that the version was fitted on; the report says on how many it was judged."""
    feedback: FeedbackReport | None
    """What came of what users reported; None if nobody asked for it."""


def train(
    corpus: Corpus, plan: Plan, registry: Registry, locks: Locks, advance: Advance
) -> Outcome:
    """Measure the rules, tune, evaluate, fit on all messages, log all and register the version.

    The version carries the gate's decision from its first moment; the alias is not touched here.
    Runs that a killed trainer left behind are ended before.

    Raises:
        DatabaseUnavailable: The database with the locks failed.
        NotFinite: The model's numbers are none; the gate's decision is in the run.
        RegistryUnavailable: MLflow failed; the run is then marked as failed, where it can be.
    """
    end_abandoned(registry, locks)
    with guarded_run(registry, locks, f"train seed={plan.seed}") as run_id:
        made = make(corpus, plan, advance)
        rules, trained = made.assessed.report, made.trained
        judged = judge(registry, run_id, trained, (made.system, rules.shortfalls), plan.policy)
        _log_origin(registry, run_id, corpus, made, plan)
        _check_finite(judged.report, run_id)
        card = _log_results(
            registry, run_id, _facts(corpus, made, judged, plan), made, plan, advance
        )
        version = _register(registry, run_id, made, judged, card)
    return Outcome(
        version=version,
        report=judged.report,
        rules=rules,
        system=made.system,
        best=trained.evaluated.ranking[0],
        decision=judged.decision,
        model_bytes=made.flavor.model_bytes,
        fitted=len(corpus.texts),
        feedback=made.merged.report,
    )


def count_work(plan: Plan) -> int:
    """Return how many pieces of work `train` tells of at most."""
    return count_making(plan) + count_log_steps(plan.space)


def _log_origin(
    registry: Registry, run_id: str, corpus: Corpus, made: Candidate, plan: Plan
) -> None:
    """Log what the version was made of; feedback stands behind the corpus, as it is fitted."""
    merged = made.merged
    if merged.report:
        log_feedback(registry, run_id, merged.report)
    rows = Snapshot(corpus.texts, corpus.labels, feedback_rows(merged.texts_raw, merged.extra))
    chosen = made.trained.evaluated.ranking[0].candidate
    origin = Made(rows, corpus.digest, plan.space, plan.seed, chosen)
    log_provenance(registry, run_id, plan.provenance, origin)


def _check_finite(report: Report, run_id: str) -> None:
    """Check that the version can be registered: no score of its golden messages is missing."""
    if report.not_finite:
        msg = (
            f"{report.not_finite} coefficients or scores of the model are no numbers: it cannot be "
            f"registered; what the gate says of it is in run {run_id}, {DECISION_FILE}"
        )
        raise NotFinite(msg)


def _facts(corpus: Corpus, made: Candidate, judged: Judgement, plan: Plan) -> Facts:
    return Facts(
        corpus=corpus,
        space=plan.space,
        trained=made.trained,
        report=judged.report,
        decision=judged.decision,
        rules=_pack(made),
        feedback=summary(made.merged.report) if made.merged.report else {},
        environment=plan.provenance.told,
    )


def _log_results(
    registry: Registry, run_id: str, facts: Facts, made: Candidate, plan: Plan, advance: Advance
) -> str:
    """Log measures, figures, tables and the rules' report; return the model card."""
    judged_by = {"gate.policy": decision_tags(facts.decision)[TAG_GATE_POLICY]}
    card = log_training(
        registry, run_id, facts, {**judged_by, "data.judged": facts.report.messages},
        messages=plan.log_messages, jobs=plan.jobs, advance=advance,
    )  # fmt: skip
    log_rules(
        registry, run_id, made.assessed, made.system, made.labelled, messages=plan.log_messages
    )
    return card


def _register(
    registry: Registry, run_id: str, made: Candidate, judged: Judgement, card: str
) -> Version:
    model_id = registry.log_model(run_id, made.flavor)
    tags = {
        **decision_tags(judged.decision),
        TAG_MANIFEST_SHA256: made.flavor.manifest_sha256,
        TAG_RULES_PACK: _pack(made),
        TAG_RULES_DIGEST: made.assessed.report.pack.digest,
    }
    return registry.register(model_id, run_id, tags, shortened(card, DESCRIPTION_CHARS))


def _pack(made: Candidate) -> str:
    pack = made.assessed.report.pack
    return f"{pack.name}@{pack.version}"
