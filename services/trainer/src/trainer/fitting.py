"""Fitting: from a tuned candidate to a pipeline that scores texts."""

import numpy as np
from sklearn.pipeline import Pipeline

from trainer.measures import Bools, Floats
from trainer.pipeline import build
from trainer.search_space import SearchSpace
from trainer.tuning import Extra, Texts, Tuned, with_extra


def fit(
    texts: Texts, spam: Bools, tuned: Tuned, space: SearchSpace, extra: Extra | None = None
) -> Pipeline:
    """Return the pipeline of `tuned`, fitted; its classes are `ham` and `spam`.

    Args:
        texts: Of `model_text`, shape [messages].
        spam: Whether each is spam, shape [messages].
        tuned: The candidate, with its calibration.
        space: Where the candidate is from.
        extra: Further rows to fit on.
    """
    sample = with_extra(texts, spam, extra)
    labels = np.where(sample.spam, "spam", "ham")
    pipeline = build(tuned.candidate, space)
    return pipeline.fit(sample.texts, labels, classifier__sample_weight=sample.weights)


def spam_scores(pipeline: Pipeline, texts: Texts) -> Floats:
    """Return the probability of spam of `texts` (of `model_text`), shape [messages]."""
    column = list(pipeline.classes_).index("spam")
    scores: Floats = pipeline.predict_proba(texts)[:, column]
    return scores
