from dataclasses import replace

import numpy as np
import pytest

from fixtures.corpus import as_it_is
from trainer.learning.calibration import Calibration, probabilities
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.search_space import Candidate, ClassWeight, Features
from trainer.learning.tuning import Extra, as_texts

TEXTS = as_texts(["win a prize", "win now", "a prize now", "see you", "you at six", "see me now"])
SPAM = np.array([True, True, True, False, False, False])
WORDS = Features(word=(1, 1), min_df=1)


def plain(c: float = 10.0, weight: ClassWeight = None) -> Candidate:
    """Words, without a calibration."""
    return Candidate(WORDS, c, weight)


def test_calibration_inside_is_calibration_outside() -> None:
    """Folded into coefficients and intercept it gives what it gives on the logits, to 1e-12."""
    calibration = Calibration(1.37, -0.81)
    raw = fit(TEXTS, SPAM, as_it_is(plain()))
    folded = fit(TEXTS, SPAM, replace(as_it_is(plain()), calibration=calibration))
    outside = probabilities(calibration.apply(raw.decision_function(TEXTS)))
    # The classes are ham and spam, so the logit is that of spam.
    assert np.abs(spam_scores(folded, TEXTS) - outside).max() < 1e-12
    assert np.abs(spam_scores(raw, TEXTS) - outside).max() > 0.01


def test_class_weight_is_honoured() -> None:
    """With less spam than ham, a balanced fit scores all messages higher."""
    some, labels = TEXTS[[0, 3, 4, 5]], SPAM[[0, 3, 4, 5]]
    one, other = (
        spam_scores(fit(some, labels, as_it_is(plain(1.0, weight))), some)
        for weight in (None, "balanced")
    )
    assert (other > one).all()


@pytest.mark.parametrize("weight", [0.5, 3.0])
def test_an_extra_row_counts_its_weight(weight: float) -> None:
    """A spam row of a ham text draws its score up, and the more, the more it weighs."""
    text = as_texts(["see you"])
    scores = [
        spam_scores(fit(TEXTS, SPAM, as_it_is(plain()), extra), text)[0]
        for extra in (
            Extra(text, np.array([True]), np.array([0.0])),
            Extra(text, np.array([True]), np.array([weight])),
            Extra(text, np.array([True]), np.array([2 * weight])),
        )
    ]
    assert scores == sorted(scores)
    assert scores[2] - scores[0] > 0.1


def test_the_classes_are_named() -> None:
    """`ham` and `spam`, never numbers that a reader could take the wrong way round."""
    assert fit(TEXTS, SPAM, as_it_is(plain())).classes_.tolist() == ["ham", "spam"]
