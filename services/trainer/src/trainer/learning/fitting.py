"""Fitting: from a tuned candidate to a pipeline that scores texts."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from trainer.learning.calibration import Calibration
from trainer.learning.pipeline import build
from trainer.learning.tuning import Extra, Texts, Tuned, learn, with_extra
from trainer.measures import Bools, Floats


def fit(texts: Texts, spam: Bools, tuned: Tuned, extra: Extra | None = None) -> Pipeline:
    """Return the pipeline of `tuned`, fitted; its classes are `ham` and `spam`.

    Its calibration is in its coefficients and its intercept: an affine map of a logit is one of
    those, so what is stored is a plain logistic regression.

    Args:
        texts: Of `model_text`, shape [messages].
        spam: Whether each is spam, shape [messages].
        tuned: The candidate, with its calibration.
        extra: Further rows to fit on.

    Raises:
        TooLittleData: No term of the features is in enough messages.
    """
    sample = with_extra(texts, spam, extra)
    labels = np.where(sample.spam, "spam", "ham")
    pipeline = build(tuned.candidate)
    features = learn(pipeline[0], sample.texts, tuned.candidate.features)
    pipeline[-1].fit(features, labels, sample.weights)
    fold_in(tuned.calibration, pipeline[-1])
    return pipeline


def fold_in(calibration: Calibration, classifier: LogisticRegression) -> None:
    """Make the logits of a fitted classifier the calibrated ones."""
    classifier.coef_ = calibration.slope * classifier.coef_
    classifier.intercept_ = calibration.apply(classifier.intercept_)


def spam_scores(pipeline: Pipeline, texts: Texts) -> Floats:
    """Return the probability of spam of `texts` (of `model_text`), shape [messages]."""
    column = list(pipeline.classes_).index("spam")
    scores: Floats = pipeline.predict_proba(texts)[:, column]
    return scores
