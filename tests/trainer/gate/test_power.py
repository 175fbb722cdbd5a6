from dataclasses import replace

import pytest

from fixtures.gate import GOOD, policy
from trainer.gate.power import chance_to_pass, power
from trainer.report import Report

BAR = policy().policy.f1


def of_size(times: int) -> Report:
    """The good report, on a corpus so many times as large."""
    return replace(GOOD, messages=GOOD.messages * times, spam=GOOD.spam * times)


def test_the_bar_tells_good_from_bad() -> None:
    """On the demo corpus's size a model of 0.97 passes, one of 0.94 seldom does."""
    found = power(GOOD, BAR)
    assert found is not None
    assert found.good_refused < 0.01
    assert found.bad_passed < 0.06
    assert (found.good, found.bad, found.messages) == (0.97, 0.94, 4533)


def test_a_model_at_the_lower_bar_passes_half_of_the_time_at_most() -> None:
    """F1 0.95 is above the bar in half of all corpora, and the interval refuses some of these."""
    assert 0.1 < chance_to_pass(GOOD, BAR, 0.95) <= 0.52


def test_more_messages_tell_better() -> None:
    """Four times the corpus: fewer good ones refused; a quarter of it: more."""
    small = replace(GOOD, messages=1133, spam=140)
    chances = [1 - chance_to_pass(report, BAR, 0.97) for report in (small, GOOD, of_size(4))]
    assert chances[0] > chances[1] > chances[2]


def test_the_answer_is_the_same_each_time() -> None:
    """A decision can be made again from what was logged."""
    assert power(GOOD, BAR) == power(GOOD, BAR)


@pytest.mark.parametrize("change", [{"recall": float("nan")}, {"spam": 0}, {"spam": 4533}])
def test_without_numbers_there_is_no_power(change: dict[str, float]) -> None:
    """It is left out then, and the checks refuse."""
    assert power(replace(GOOD, **change), BAR) is None  # type: ignore[arg-type]
