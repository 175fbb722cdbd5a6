import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.gate import paired, policy
from trainer.gate.check import Check
from trainer.gate.comparison import Champion, Paired, against_champion, mcnemar

BAR = policy().policy.champion


def checked(champion: Champion | None, messages: int = 1000) -> dict[str, Check]:
    """The checks against a champion, by name."""
    return {check.name: check for check in against_champion(champion, messages, messages, BAR)}


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_tail_of_the_binomial_distribution(worse: int, better: int) -> None:
    """Exactly, as fractions give it."""
    n = worse + better
    tail = Fraction(sum(math.comb(n, k) for k in range(worse, n + 1)), 2**n)
    assert math.isclose(mcnemar(worse, better), float(tail), rel_tol=1e-9)


def test_mcnemar_without_a_difference_shows_none() -> None:
    """No message that they label differently: p is 1."""
    assert mcnemar(0, 0) == 1.0


def test_the_first_version_has_no_champion() -> None:
    """That passes, and is said."""
    check = checked(None)["champion"]
    assert check.passed
    assert "no other version serves" in check.told


def test_a_significant_loss_is_refused_by_both_tests() -> None:
    """Thirty mistakes that the champion does not make, against five the other way round."""
    found = checked(Champion("7", 1000, paired(10, 30, 5)))
    errors, f1 = found["champion_errors"], found["champion_f1"]
    assert not errors.passed
    assert not f1.passed
    assert "30 are wrong that version 7 gets right, and 5 the other way round" in errors.told
    assert "a significant loss (p = 0.0000, alpha = 0.05)" in errors.told
    assert "of version 7 on the same messages (difference -0.02" in f1.told


@pytest.mark.parametrize(("worse", "better"), [(8, 5), (5, 8), (0, 0), (0, 40)])
def test_a_difference_that_chance_can_give_passes(worse: int, better: int) -> None:
    """And so does a gain, however large: only a loss is asked about."""
    found = checked(Champion("7", 1000, paired(10, worse, better)))
    assert all(check.passed for check in found.values())


def test_f1_is_compared_beside_the_number_of_mistakes() -> None:
    """As many mistakes, but the candidate's are spam that it misses, and there is little spam."""
    spam = np.arange(1100) < 100
    candidate, champion = spam.copy(), spam.copy()
    candidate[:40] = False
    champion[100:140] = True
    found = checked(Champion("7", 1100, Paired(spam, candidate, champion)), 1100)
    assert found["champion_errors"].passed
    assert "spam F1 0.7500 against 0.8333 of version 7" in found["champion_f1"].told
    assert not found["champion_f1"].passed


@pytest.mark.parametrize(("choice", "passed"), [("skip", True), ("refuse", False)])
def test_the_policy_says_what_follows_when_they_cannot_be_compared(
    choice: str,
    passed: bool,  # noqa: FBT001
) -> None:
    """The reason is told either way."""
    bar = policy(champion={"not_comparable": choice}).policy.champion
    champion = Champion("7", 0, None, "run 12 has no file gate/report.json")
    checks = against_champion(champion, 1000, 1000, bar)
    assert {check.name for check in checks} == {"champion", "training_share"}
    assert {check.passed for check in checks} == {passed}
    assert "run 12 has no file" in checks[0].told


def test_few_common_messages_are_no_comparison() -> None:
    """Below half of the candidate's messages nothing significant could be found."""
    check = checked(Champion("7", 5000, paired(0, 5, 0, right=400)), 5000)["champion"]
    assert "it has fair labels for 405 of 5000 messages only" in check.told


def test_a_candidate_trained_on_half_of_the_data_is_refused() -> None:
    """Whatever its labels: what is left out is told."""
    check = checked(Champion("7", 2000, paired(0, 0, 0)), 1000)["training_share"]
    assert not check.passed
    assert check.told == "1000 messages for 2000 of version 7: share 0.5 is below 0.9"
