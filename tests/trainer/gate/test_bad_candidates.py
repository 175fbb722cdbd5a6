from dataclasses import replace

import numpy as np
from sklearn.base import clone

from fixtures.candidates import (
    Messages,
    relabelled,
    report_of,
    trained,
)
from fixtures.gate import policy, refused
from trainer.gate.comparison import Champion, Paired
from trainer.gate.decision import Decision, decide
from trainer.judging.reporting import Trained
from trainer.learning.evaluation import Evaluated
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.search_space import Candidate, Features

PACKAGED = policy()
QUALITY = {"f1", "f1_lower_end"}
SLICES = {"slices.medium", "slices.long", "slices.with links", "slices.without links"}
DISGUISES = {
    f"robustness.{name}" for name in ("homoglyphs", "leet", "zero-width", "spacing", "typos")
}


def judged(candidate: Trained, champion: Champion | None = None) -> Decision:
    """The decision of the packaged policy on a candidate."""
    return decide(report_of(candidate), champion, PACKAGED)


def test_the_good_candidate_passes(good_candidate: Trained) -> None:
    """What the others are bad beside: no check refuses it."""
    assert judged(good_candidate).reasons == ()


def test_the_good_candidate_passes_beside_itself(good_candidate: Trained) -> None:
    """A champion that labels the same is no reason to refuse."""
    labels = good_candidate.evaluated.called_spam
    paired = Paired(good_candidate.spam, labels, labels)
    assert judged(good_candidate, Champion("1", len(labels), paired)).reasons == ()


def test_swapped_labels(messages: Messages) -> None:
    """A file whose labels are the wrong way round: golden messages know what spam is.

    By its own wrong labels the model loses little "ham", as its threshold is chosen to; so it must
    call much "spam" ham, which F1, slices and disguises show. Only the golden messages tell why.
    """
    decision = judged(trained(Messages(messages.raw, ~messages.spam)))
    slices = SLICES - {"slices.with links"}
    assert refused(decision) == {*QUALITY, *slices, *DISGUISES, "golden"}
    told = {check.name: check.told for check in decision.checks}["golden"]
    assert told.startswith("4 of 6 golden messages have the wrong label: 'WINNER!! You have")


def test_always_ham(good_candidate: Trained) -> None:
    """A threshold that no message reaches: right for seven messages in eight, and no filter."""
    nothing = np.zeros(len(good_candidate.spam), dtype=np.bool_)
    decision = judged(relabelled(good_candidate, nothing, 1.0))
    assert refused(decision) == {*QUALITY, *SLICES, *DISGUISES, "golden"}


def test_an_inverted_threshold(good_candidate: Trained) -> None:
    """Spam is what does not reach the threshold: nearly all ham is lost."""
    turned = ~good_candidate.evaluated.called_spam
    pipeline = good_candidate.pipeline
    inverted = clone(pipeline).fit(
        good_candidate.texts, np.where(good_candidate.spam, "ham", "spam")
    )
    candidate = relabelled(good_candidate, turned, 1 - good_candidate.threshold)
    decision = judged(replace(candidate, pipeline=inverted))
    assert refused(decision) == {*QUALITY, *SLICES, *DISGUISES, "golden", "ham"}
    assert "the share of ham called spam, 0.99" in " ".join(decision.reasons)


def test_overfitted_to_a_leaked_hold_out(good_candidate: Trained) -> None:
    """Tested on what it was fitted on, it is nearly perfect: the folds really used tell of it."""
    everything = np.arange(len(good_candidate.spam))
    scores = spam_scores(good_candidate.pipeline, good_candidate.texts)
    called = scores >= good_candidate.threshold
    evaluated = Evaluated(
        scores=scores,
        called_spam=called,
        variants=good_candidate.evaluated.variants,
        outer=[(everything, everything)],
        ranking=good_candidate.evaluated.ranking,
    )
    decision = judged(replace(good_candidate, evaluated=evaluated))
    assert report_of(replace(good_candidate, evaluated=evaluated)).f1 > 0.99
    assert refused(decision) == {"data.overlap"}
    assert "judged by a model that saw them, 4533 is above 0" in decision.reasons[0]


def test_trained_on_half_of_the_data(messages: Messages, good_candidate: Trained) -> None:
    """With the full one as champion: less data, and significantly more mistakes on the same rows.

    The champion's labels of these rows are its own evaluation's, of models that never saw them.
    """
    half = np.random.default_rng(5).permutation(len(messages.spam)) % 2 == 0
    candidate = trained(messages.without(half))
    full = good_candidate.evaluated.called_spam[~half]
    paired = Paired(candidate.spam, candidate.evaluated.called_spam, full)
    decision = judged(candidate, Champion("1", len(messages.spam), paired))
    names = refused(decision)
    assert names >= {"training_share", "champion_f1"}
    assert names <= {"training_share", "champion_f1", "champion_errors", *QUALITY}
    told = {check.name: check.told for check in decision.checks}
    assert told["training_share"] == (
        "2266 messages for 4533 of version 1: share 0.4999 is below 0.9"
    )


def test_a_huge_vocabulary(good_candidate: Trained) -> None:
    """Every run of up to ten characters as a term: no better, and too large to serve."""
    features = Features(char=(1, 10), min_df=1)
    best = replace(good_candidate.evaluated.ranking[0], candidate=Candidate(features, 100.0))
    pipeline = fit(good_candidate.texts, good_candidate.spam, best)
    # Its file would take a minute to make, and is not what it is refused for.
    assert refused(judged(replace(good_candidate, pipeline=pipeline))) == {"cost.terms"}


def test_coefficients_that_are_no_numbers(good_candidate: Trained) -> None:
    """Every score is NaN, so nothing is spam: that is told, and so is what it comes from."""
    pipeline = clone(good_candidate.pipeline)
    pipeline.fit(good_candidate.texts, np.where(good_candidate.spam, "spam", "ham"))
    pipeline[-1].coef_[:] = np.nan
    scores = spam_scores(pipeline, good_candidate.texts)
    nothing = scores >= good_candidate.threshold
    broken = relabelled(good_candidate, nothing, good_candidate.threshold)
    evaluated = replace(broken.evaluated, scores=scores)
    decision = judged(replace(broken, pipeline=pipeline, evaluated=evaluated))
    assert refused(decision) == {
        *QUALITY, *SLICES, *DISGUISES, "golden", "calibration", "numbers",
    }  # fmt: skip
    assert "coefficients or scores, the report's calibration.brier" in decision.reasons[-1]
