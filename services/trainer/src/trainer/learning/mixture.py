"""The fit of a corpus that is too large for one fit: regressions on its shards, averaged."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from joblib import delayed
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from trainer.learning.calibration import Calibration, probabilities
from trainer.learning.fitting import fit, fold_in
from trainer.learning.parallel import spread
from trainer.learning.pipeline import classifier, vectoriser
from trainer.learning.search_space import Candidate, SearchSpace
from trainer.learning.tuning import Extra, Indices, Sample, Texts, Tuned, folds, settle, with_extra
from trainer.measures import Bools, Confusion, Floats


def fit_all(  # noqa: PLR0913 — each is a part of the question
    texts: Texts,
    spam: Bools,
    tuned: Tuned,
    space: SearchSpace,
    *,
    judged: Indices,
    seed: int,
    jobs: int | None,
    extra: Extra | None = None,
) -> tuple[Pipeline, Tuned]:
    """Return the pipeline of `tuned` fitted on all messages, and `tuned` as that came out.

    Up to `space.max_fit_messages` it is one exact fit, and `tuned` stays as it is. More messages
    are divided into stratified shards of at most so many. The features are learnt from the first
    shard; a regression is fitted on each; the average of their coefficients is the model (Mann,
    McDonald, Mohri, Silberman and Walker, Efficient large-scale distributed training of conditional
    maximum entropy models, NIPS 2009). A mean of many has other logits than a fit on a sample, so
    calibration and threshold are chosen anew, on logits of the mixture without a message's shard.

    Args:
        texts: Of `model_text`, shape [messages].
        spam: Whether each is spam, shape [messages].
        tuned: The candidate.
        space: Where the candidate is from.
        judged: Messages to choose calibration and threshold on, by index.
        seed: Of the division into shards.
        jobs: Processes; None for one a core.
        extra: Further rows to fit on; each shard has them all, at its part of their weight.

    Raises:
        WorkerLost: The system killed one of the processes.
    """
    if len(texts) <= space.max_fit_messages:
        return fit(texts, spam, tuned, extra), tuned
    shards = [rows for _, rows in folds(spam, math.ceil(len(texts) / space.max_fit_messages), seed)]
    features = vectoriser(tuned.candidate.features).fit(texts[shards[0]])
    part = extra and replace(extra, weights=extra.weights / len(shards))
    calls = (
        delayed(_fit_shard)(features, with_extra(texts[rows], spam[rows], part), tuned.candidate)
        for rows in shards
    )
    fitted = list(spread(calls, jobs))
    logits = _without_own(features, fitted, texts[judged], _own(shards, judged))
    retuned = _retuned(tuned, spam[judged], logits, space)
    return _averaged(features, fitted, retuned.calibration), retuned


def _fit_shard(features: FeatureUnion, sample: Sample, candidate: Candidate) -> LogisticRegression:
    labels = np.where(sample.spam, "spam", "ham")
    return classifier(candidate).fit(features.transform(sample.texts), labels, sample.weights)


def _own(shards: Sequence[Indices], rows: Indices) -> Indices:
    """Return the number of the shard that each of `rows` is in."""
    numbers = np.empty(sum(map(len, shards)), dtype=np.intp)
    for number, shard in enumerate(shards):
        numbers[shard] = number
    return numbers[rows]


def _without_own(
    features: FeatureUnion, fitted: Sequence[LogisticRegression], texts: Texts, own: Indices
) -> Floats:
    """Return the logit of each text by the mixture of all shards but its own, shape [texts]."""
    coefficients = np.concatenate([one.coef_ for one in fitted])
    intercepts = np.concatenate([one.intercept_ for one in fitted])
    logits: Floats = features.transform(texts) @ coefficients.T + intercepts
    of_own = logits[np.arange(len(texts)), own]
    others: Floats = (logits.sum(axis=1) - of_own) / (len(fitted) - 1)
    return others


def _retuned(tuned: Tuned, spam: Bools, logits: Floats, space: SearchSpace) -> Tuned:
    calibration, threshold = settle(spam, logits, space)
    called_spam = probabilities(calibration.apply(logits)) >= threshold
    f1 = Confusion.of(spam, called_spam).f1
    return replace(tuned, calibration=calibration, threshold=threshold, f1=f1)


def _averaged(
    features: FeatureUnion, fitted: Sequence[LogisticRegression], calibration: Calibration
) -> Pipeline:
    """Return the mixture: the first regression with the mean of all coefficients and intercepts."""
    mean = fitted[0]
    mean.coef_ = np.mean([one.coef_ for one in fitted], axis=0)
    mean.intercept_ = np.mean([one.intercept_ for one in fitted], axis=0)
    fold_in(calibration, mean)
    return Pipeline([("features", features), ("classifier", mean)])
