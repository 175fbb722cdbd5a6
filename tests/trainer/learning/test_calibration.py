import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from trainer.judging.calibration_error import calibration_report
from trainer.learning.calibration import Calibration, calibrate, probabilities


def drawn(slope: float, intercept: float, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and logits that are honest once they are mapped by this slope and intercept."""
    rng = np.random.default_rng(4)
    logits = rng.normal(-1, 2, count)
    spam = rng.random(count) < probabilities(slope * logits + intercept)
    return spam, logits


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (2.5, -1.0), (0.3, 1.5)])
def test_the_true_map_is_found(slope: float, intercept: float) -> None:
    """Labels drawn by a known map of the logits give that map back."""
    found = calibrate(*drawn(slope, intercept))
    assert abs(found.slope / slope - 1) < 0.06
    assert abs(found.intercept - intercept) < 0.06


def test_it_is_a_logistic_regression_on_the_logit() -> None:
    """On many messages Platt's targets are the labels, and scikit-learn finds the same map."""
    spam, logits = drawn(1.7, -0.4)
    expected = LogisticRegression(C=1e10, tol=1e-8).fit(logits[:, None], spam)
    found = calibrate(spam, logits)
    assert abs(found.slope - expected.coef_[0, 0]) < 0.01
    assert abs(found.intercept - expected.intercept_[0]) < 0.01


def test_probabilities_become_better() -> None:
    """Logits that are far too sure are worse before than after."""
    spam, logits = drawn(0.3, 1.5)
    after = probabilities(calibrate(spam, logits).apply(logits))
    brier = calibration_report(spam, probabilities(logits)).brier
    assert calibration_report(spam, after).brier < brier - 0.02


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_logits_that_part_the_labels_get_a_finite_slope(scale: float) -> None:
    """Platt's targets are not 0 and 1, so no slope is endless, whatever the logits' scale."""
    spam = np.arange(40) < 10
    found = calibrate(spam, np.where(spam, scale, -scale))
    assert 0 < found.slope * scale < 100
    scores = probabilities(found.apply(np.where(spam, scale, -scale)))
    assert abs(scores[0] - 11 / 12) < 1e-6
    assert abs(scores[-1] - 1 / 32) < 1e-6


@pytest.mark.parametrize("logits", [np.zeros(40), np.where(np.arange(40) < 10, -1.0, 1.0)])
def test_logits_that_say_nothing_become_the_share_of_spam(logits: np.ndarray) -> None:
    """Constant or the wrong way round: never turned about, which would be to learn from noise."""
    spam = np.arange(40) < 10
    found = calibrate(spam, logits)
    assert found.slope * (logits.max() - logits.min()) == 0
    scores = probabilities(found.apply(logits))
    assert np.all(np.abs(scores - 0.25) < 0.02)


@given(
    st.lists(st.tuples(st.booleans(), st.floats(-1e3, 1e3)), min_size=2, max_size=30).filter(
        lambda rows: len({spam for spam, _ in rows}) == 2
    )
)
def test_any_logits_are_calibrated_and_stay_in_order(rows: list[tuple[bool, float]]) -> None:
    """The result is finite, and no message passes another."""
    spam, logits = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    found = calibrate(spam, logits)
    assert np.isfinite(found).all()
    assert found.slope >= 0


def test_probabilities_of_huge_logits() -> None:
    """Nothing overflows, and small probabilities stay exact."""
    found = probabilities(np.array([-800.0, -40.0, 0.0, 40.0, 800.0]))
    assert np.allclose(found, [0, np.exp(-40), 0.5, 1, 1], rtol=1e-12, atol=0)


def test_no_calibration_changes_nothing() -> None:
    """A slope of 1 and an intercept of 0 leave logits as they are."""
    logits = np.array([-1.5, 0.0, 7.0])
    assert np.array_equal(Calibration().apply(logits), logits)
