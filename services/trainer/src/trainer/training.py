"""`trainer train`, from a corpus to a version with the gate's decision on it."""

import json
from dataclasses import asdict, dataclass

import numpy as np

from kit.registry import (
    GATE_PASSED,
    GATE_REFUSED,
    TAG_GATE,
    TAG_GATE_REASONS,
    TAG_MANIFEST_SHA256,
)
from kit.text import NORMALISATION_VERSION, normalise
from trainer.artifact import CompactSkops
from trainer.dataset.corpus import Corpus
from trainer.evaluation import Evaluated, evaluate, fit
from trainer.gate import Decision, Policy, decide
from trainer.golden import golden
from trainer.registry import Registry, Version
from trainer.report import Report
from trainer.search_space import SearchSpace
from trainer.tuning import Advance, Tuned, as_texts


@dataclass(frozen=True)
class Plan:
    """How to train."""

    space: SearchSpace
    policy: Policy
    seed: int
    jobs: int | None


@dataclass(frozen=True)
class Outcome:
    """What training gave."""

    version: Version
    report: Report
    best: Tuned
    decision: Decision
    model_bytes: int
    """Size of the stored model file."""


def train(corpus: Corpus, plan: Plan, registry: Registry, advance: Advance) -> Outcome:
    """Tune, evaluate, fit on all messages, log everything and register the version.

    The version carries the gate's decision from its first moment; the alias is not touched here.

    Raises:
        RegistryUnavailable: MLflow failed; the run is then marked as failed, where it can be.
    """
    texts = as_texts([normalise(text) for text in corpus.texts])
    spam = np.array([label == "spam" for label in corpus.labels])
    with registry.run(f"train seed={plan.seed}") as run_id:
        evaluated = evaluate(
            texts, spam, plan.space, seed=plan.seed, jobs=plan.jobs, advance=advance
        )
        best = evaluated.ranking[0]
        pipeline = fit(texts, spam, best, plan.space)
        decision = decide(evaluated.report, plan.policy)
        _log(registry, run_id, corpus, plan, evaluated)
        flavor = CompactSkops(pipeline, best.threshold, golden(pipeline))
        model_id = registry.log_model(run_id, flavor)
        tags = {
            TAG_MANIFEST_SHA256: flavor.manifest_sha256,
            TAG_GATE: GATE_PASSED if decision.passed else GATE_REFUSED,
            TAG_GATE_REASONS: json.dumps(decision.reasons),
        }
        version = registry.register(model_id, run_id, tags)
    return Outcome(version, evaluated.report, best, decision, flavor.model_bytes)


def _log(registry: Registry, run_id: str, corpus: Corpus, plan: Plan, evaluated: Evaluated) -> None:
    """Log the run, and below it one run for each candidate."""
    best = evaluated.ranking[0]
    counts = {f"data.{name}": value for name, value in asdict(corpus.counts).items()}
    params = {
        "seed": plan.seed,
        "features": best.candidate.features,
        "C": best.candidate.c,
        "threshold": best.threshold,
        "normalisation": NORMALISATION_VERSION,
        "gate.min_f1": plan.policy.min_f1,
        "data.source": corpus.source,
        "data.digest": corpus.digest,
        **counts,
    }
    registry.log(run_id, params, asdict(evaluated.report))
    for tuned in evaluated.ranking:
        candidate = tuned.candidate
        with registry.run(candidate.name, parent=run_id) as child:
            ngrams = {
                f"ngrams.{name}": f"{low}-{high}"
                for name, (low, high) in plan.space.features[candidate.features].items()
            }
            params = {"features": candidate.features, "C": candidate.c, **ngrams}
            registry.log(child, params, {"cv_f1": tuned.f1, "cv_threshold": tuned.threshold})
