"""From a corpus to a model that nobody has judged yet: rules, feedback, evaluation, fit."""

from dataclasses import dataclass, replace

import numpy as np

from kit.model_text import model_text
from trainer.artifact import CompactSkops
from trainer.dataset.corpus import Corpus
from trainer.feedback.merging import NOTHING, Merged, count_merging, merge
from trainer.feedback.validation import Ground
from trainer.golden import golden
from trainer.judging.reporting import Trained, disguised
from trainer.learning.evaluation import Evaluated, count_steps, evaluate
from trainer.learning.mixture import fit_all
from trainer.learning.sampling import judged_rows
from trainer.learning.tuning import Advance, Indices, Texts, as_texts
from trainer.measures import Bools
from trainer.plan import Plan
from trainer.rule_quality.quality import Assessed, assess
from trainer.rule_quality.scanning import Scanned
from trainer.system import Labelled, SystemReport, judge_system


@dataclass(frozen=True)
class Candidate:
    """What a training made, and what it was made of."""

    trained: Trained
    flavor: CompactSkops
    """The version's files."""
    merged: Merged
    """What was fitted on beside the corpus."""
    assessed: Assessed
    """The rules on the messages that are judged on."""
    labelled: Labelled
    """What rules and model say of those messages."""
    system: SystemReport


@dataclass(frozen=True)
class _Rows:
    """A corpus as models see it, and which part of it is judged on."""

    texts: Texts
    """Of all messages, shape [messages]."""
    spam: Bools
    judged: Indices
    sample: Corpus
    """The messages that are judged on."""

    @property
    def ground(self) -> tuple[Texts, Bools]:
        """Texts and labels of the sample."""
        return self.texts[self.judged], self.spam[self.judged]


def make(corpus: Corpus, plan: Plan, advance: Advance) -> Candidate:
    """Measure the rules, weigh the feedback, tune, evaluate, and fit on all messages.

    Raises:
        TooLittleData: A label has too few messages for the folds, or no term enough messages.
        WorkerLost: The system killed one of the processes.
    """
    rows = _rows(corpus, plan)
    texts, spam = rows.ground
    assessed = assess(plan.engine, rows.sample, plan.rule_policy)
    merged = _merge(corpus, rows, plan, advance)
    evaluated = evaluate(
        texts, spam, plan.space, seed=plan.seed, jobs=plan.jobs, advance=advance,
        variants=disguised(rows.sample.texts, texts, spam, plan.seed), extra=merged.extra,
    )  # fmt: skip
    trained, flavor = _fit(rows, evaluated, merged, plan)
    labelled = _labelled(assessed.scanned, spam, evaluated.called_spam)
    return Candidate(trained, flavor, merged, assessed, labelled, judge_system(labelled, plan.seed))


def count_making(plan: Plan) -> int:
    """Return how many pieces of work `make` tells of at most."""
    reported = plan.reported
    merging = count_merging(plan.space, reported.policy) if reported else 0
    return merging + count_steps(plan.space)


def _rows(corpus: Corpus, plan: Plan) -> _Rows:
    texts = as_texts([model_text(text) for text in corpus.texts])
    spam = np.array([label == "spam" for label in corpus.labels])
    judged = judged_rows(texts, spam, plan.space.max_tuning_messages)
    return _Rows(texts, spam, judged, corpus.part(judged.tolist()))


def _merge(corpus: Corpus, rows: _Rows, plan: Plan, advance: Advance) -> Merged:
    """Return what is fitted on beside the corpus: nothing, unless feedback is asked for."""
    if plan.reported is None:
        return NOTHING
    # Known is what the corpus has; how much feedback may weigh goes by what it is tried on.
    known = replace(corpus, counts=rows.sample.counts)
    ground = Ground(*rows.ground, plan.space, plan.seed, plan.jobs)
    return merge(plan.reported, known, ground, plan.engine, advance)


def _fit(
    rows: _Rows, evaluated: Evaluated, merged: Merged, plan: Plan
) -> tuple[Trained, CompactSkops]:
    """Fit the best candidate on all messages, and pack it."""
    pipeline, best = fit_all(
        rows.texts, rows.spam, evaluated.ranking[0], plan.space,
        judged=rows.judged, seed=plan.seed, jobs=plan.jobs, extra=merged.extra,
    )  # fmt: skip
    flavor = CompactSkops(
        pipeline, best.threshold, golden(pipeline), plan.signer, plan.provenance.environment
    )
    texts, spam = rows.ground
    trained = Trained(
        rows.sample.texts, texts, spam,
        replace(evaluated, ranking=[best, *evaluated.ranking[1:]]),
        pipeline, best.threshold, flavor.model_bytes, plan.seed, _fitted_only(rows, merged),
    )  # fmt: skip
    return trained, flavor


def _fitted_only(rows: _Rows, merged: Merged) -> Texts | None:
    """Return what was fitted on and is not judged on."""
    beyond = np.delete(rows.texts, rows.judged)
    if merged.extra is None:
        return beyond if len(beyond) else None
    return np.concatenate([beyond, merged.extra.texts])


def _labelled(scanned: Scanned, spam: Bools, called_spam: Bools) -> Labelled:
    return Labelled(
        spam=spam,
        decided=np.array([verdict is not None for verdict in scanned.verdicts]),
        ruled_spam=np.array([verdict == "spam" for verdict in scanned.verdicts]),
        modelled_spam=called_spam,
    )
