"""`trainer train`, from a corpus to a version with the gate's decision on it."""

from dataclasses import dataclass

import numpy as np

from kit.model_text import model_text
from kit.registry import (
    TAG_GATE_POLICY,
    TAG_MANIFEST_SHA256,
    TAG_MANIFEST_SIGNATURE,
    TAG_RULES_DIGEST,
    TAG_RULES_PACK,
)
from rules.engine import Engine
from trainer.abandoned import end_abandoned, guarded_run
from trainer.artifact import CompactSkops
from trainer.dataset.corpus import Corpus
from trainer.errors import NotFinite
from trainer.evaluation import count_steps, evaluate
from trainer.feedback.merging import NOTHING, Merged, Reported, count_merging, merge
from trainer.feedback.report import FeedbackReport, summary
from trainer.feedback.validation import Ground
from trainer.feedback_log import log_feedback
from trainer.fitting import fit
from trainer.gate.decision import Decision
from trainer.gate.policy import LoadedPolicy
from trainer.golden import golden
from trainer.judging import judge
from trainer.locks import Locks
from trainer.measures import Bools
from trainer.records import DECISION_FILE, decision_tags
from trainer.registry import Registry, Version
from trainer.report import Report
from trainer.reporting import Trained, disguised
from trainer.rule_policy import RulePolicy
from trainer.rule_quality.quality import assess
from trainer.rule_quality.report import QualityReport
from trainer.rule_quality.scanning import Scanned
from trainer.run_log.card import DESCRIPTION_CHARS, shortened
from trainer.run_log.facts import Facts
from trainer.run_log.record import count_log_steps, log_training
from trainer.run_log.rules import log_rules
from trainer.search_space import SearchSpace
from trainer.signing import Signer
from trainer.system import Labelled, SystemReport, judge_system
from trainer.tuning import Advance, Texts, Tuned, as_texts


@dataclass(frozen=True)
class Plan:
    """How to train."""

    space: SearchSpace
    policy: LoadedPolicy
    """Of the gate."""
    engine: Engine
    """Of the rule pack that the version is to serve with."""
    rule_policy: RulePolicy
    seed: int
    jobs: int | None
    log_messages: bool = True
    """Whether messages of the corpus may be stored in the run."""
    signer: Signer | None = None
    """What signs the version, if anything does."""
    reported: Reported | None = None
    """What users reported, to train with as well, if that is asked for."""


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
    texts = as_texts([model_text(text) for text in corpus.texts])
    spam = np.array([label == "spam" for label in corpus.labels])
    end_abandoned(registry, locks)
    with guarded_run(registry, locks, f"train seed={plan.seed}") as run_id:
        assessed = assess(plan.engine, corpus, plan.rule_policy)
        merged = _merge(corpus, plan, texts, spam, advance)
        evaluated = evaluate(
            texts, spam, plan.space, seed=plan.seed, jobs=plan.jobs, advance=advance,
            variants=disguised(corpus.texts, spam, plan.seed), extra=merged.extra,
        )  # fmt: skip
        best = evaluated.ranking[0]
        pipeline = fit(texts, spam, best, merged.extra)
        flavor = CompactSkops(pipeline, best.threshold, golden(pipeline))
        labelled = _labelled(assessed.scanned, spam, evaluated.called_spam)
        system = judge_system(labelled, plan.seed)
        rules = assessed.report
        trained = Trained(
            corpus.texts, texts, spam, evaluated, pipeline, best.threshold,
            flavor.model_bytes, plan.seed,
        )  # fmt: skip
        judged = judge(registry, run_id, trained, (system, rules.shortfalls), plan.policy)
        if merged.report:
            log_feedback(registry, run_id, merged.report)
        _check_finite(judged.report, run_id)
        tags = decision_tags(judged.decision)
        pack = f"{rules.pack.name}@{rules.pack.version}"
        feedback = summary(merged.report) if merged.report else {}
        facts = Facts(corpus, plan.space, trained, judged.report, judged.decision, pack, feedback)
        card = log_training(
            registry, run_id, facts, {"gate.policy": tags[TAG_GATE_POLICY]},
            messages=plan.log_messages, jobs=plan.jobs, advance=advance,
        )  # fmt: skip
        log_rules(registry, run_id, assessed, system, labelled, messages=plan.log_messages)
        model_id = registry.log_model(run_id, flavor)
        tags |= {
            TAG_MANIFEST_SHA256: flavor.manifest_sha256,
            TAG_RULES_PACK: pack,
            TAG_RULES_DIGEST: rules.pack.digest,
        }
        if plan.signer:
            tags[TAG_MANIFEST_SIGNATURE] = plan.signer.sign(flavor.manifest)
        version = registry.register(model_id, run_id, tags, shortened(card, DESCRIPTION_CHARS))
    return Outcome(
        version, judged.report, rules, system, best, judged.decision, flavor.model_bytes,
        merged.report,
    )  # fmt: skip


def count_work(plan: Plan) -> int:
    """Return how many pieces of work `train` tells of at most."""
    reported = plan.reported
    merging = count_merging(plan.space, reported.policy) if reported else 0
    return merging + count_steps(plan.space) + count_log_steps(plan.space)


def _merge(corpus: Corpus, plan: Plan, texts: Texts, spam: Bools, advance: Advance) -> Merged:
    """Return what is fitted on beside the corpus: nothing, unless feedback is asked for."""
    if plan.reported is None:
        return NOTHING
    ground = Ground(texts, spam, plan.space, plan.seed, plan.jobs)
    return merge(plan.reported, corpus, ground, plan.engine, advance)


def _check_finite(report: Report, run_id: str) -> None:
    """Check that the version can be registered: no score of its golden messages is missing."""
    if report.not_finite:
        msg = (
            f"{report.not_finite} coefficients or scores of the model are no numbers: it cannot be "
            f"registered; what the gate says of it is in run {run_id}, {DECISION_FILE}"
        )
        raise NotFinite(msg)


def _labelled(scanned: Scanned, spam: Bools, called_spam: Bools) -> Labelled:
    return Labelled(
        spam=spam,
        decided=np.array([verdict is not None for verdict in scanned.verdicts]),
        ruled_spam=np.array([verdict == "spam" for verdict in scanned.verdicts]),
        modelled_spam=called_spam,
    )
