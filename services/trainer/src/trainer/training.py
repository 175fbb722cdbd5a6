"""`trainer train`, from a corpus to a version with the gate's decision on it."""

from dataclasses import dataclass, replace

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
from trainer.feedback.report import FeedbackReport
from trainer.feedback.validation import Ground
from trainer.feedback_log import log_feedback
from trainer.gate.decision import Decision
from trainer.gate.policy import LoadedPolicy
from trainer.golden import golden
from trainer.judging import judge
from trainer.locks import Locks
from trainer.measures import Bools
from trainer.mixture import fit_all
from trainer.records import DECISION_FILE, decision_tags
from trainer.registry import Registry, Version
from trainer.report import Report
from trainer.reporting import Trained, disguised
from trainer.rule_policy import RulePolicy
from trainer.rule_quality.quality import assess
from trainer.rule_quality.report import QualityReport
from trainer.rule_quality.scanning import Scanned
from trainer.run_log import log_rules, log_training
from trainer.sampling import judged_rows
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
    all_texts = as_texts([model_text(text) for text in corpus.texts])
    all_spam = np.array([label == "spam" for label in corpus.labels])
    rows = judged_rows(all_texts, all_spam, plan.space.max_tuning_messages)
    sample, texts, spam = corpus.part(rows.tolist()), all_texts[rows], all_spam[rows]
    end_abandoned(registry, locks)
    with guarded_run(registry, locks, f"train seed={plan.seed}") as run_id:
        assessed = assess(plan.engine, sample, plan.rule_policy)
        # Known is what the corpus has; how much feedback may weigh goes by what it is tried on.
        known = replace(corpus, counts=sample.counts)
        merged = _merge(known, plan, texts, spam, advance)
        evaluated = evaluate(
            texts, spam, plan.space, seed=plan.seed, jobs=plan.jobs, advance=advance,
            variants=disguised(sample.texts, spam, plan.seed), extra=merged.extra,
        )  # fmt: skip
        pipeline, best = fit_all(
            all_texts, all_spam, evaluated.ranking[0], plan.space,
            judged=rows, seed=plan.seed, jobs=plan.jobs, extra=merged.extra,
        )  # fmt: skip
        evaluated = replace(evaluated, ranking=[best, *evaluated.ranking[1:]])
        flavor = CompactSkops(pipeline, best.threshold, golden(pipeline))
        labelled = _labelled(assessed.scanned, spam, evaluated.called_spam)
        system = judge_system(labelled, plan.seed)
        rules = assessed.report
        trained = Trained(
            sample.texts, texts, spam, evaluated, pipeline, best.threshold,
            flavor.model_bytes, plan.seed, np.delete(all_texts, rows),
        )  # fmt: skip
        judged = judge(registry, run_id, trained, (system, rules.shortfalls), plan.policy)
        tags = decision_tags(judged.decision)
        params = {"seed": plan.seed, "data.judged": len(rows), "gate.policy": tags[TAG_GATE_POLICY]}
        log_training(registry, run_id, params, corpus, evaluated, judged.report)
        log_rules(registry, run_id, assessed, system, labelled)
        if merged.report:
            log_feedback(registry, run_id, merged.report)
        _check_finite(judged.report, run_id)
        model_id = registry.log_model(run_id, flavor)
        tags |= {
            TAG_MANIFEST_SHA256: flavor.manifest_sha256,
            TAG_RULES_PACK: f"{rules.pack.name}@{rules.pack.version}",
            TAG_RULES_DIGEST: rules.pack.digest,
        }
        if plan.signer:
            tags[TAG_MANIFEST_SIGNATURE] = plan.signer.sign(flavor.manifest)
        version = registry.register(model_id, run_id, tags)
    return Outcome(
        version, judged.report, rules, system, best, judged.decision, flavor.model_bytes,
        len(all_texts), merged.report,
    )  # fmt: skip


def count_work(plan: Plan) -> int:
    """Return how many pieces of work `train` tells of at most."""
    reported = plan.reported
    merging = count_merging(plan.space, reported.policy) if reported else 0
    return merging + count_steps(plan.space)


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
