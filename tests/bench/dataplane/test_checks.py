import pytest

from bench.dataplane.checks import differs
from bench.dataplane.wire import Verdict

RIGHT = Verdict(0.5, "spam", "model")


@pytest.mark.parametrize(
    "said", [RIGHT, Verdict(0.5 + 9e-10, "spam", "model"), Verdict(0.5), Verdict(0.5, "spam")]
)
def test_the_same_verdict_does_not_differ(said: Verdict) -> None:
    """Scores are the same to 1e-9, and a server need not say label and layer."""
    assert not differs(said, RIGHT)


@pytest.mark.parametrize(
    "said",
    [
        Verdict(0.5 + 2e-9, "spam", "model"),
        Verdict(float("nan"), "spam", "model"),
        Verdict(0.5, "ham", "model"),
        Verdict(0.5, "spam", "heuristic"),
    ],
)
def test_another_verdict_differs(said: Verdict) -> None:
    """Be it in score, label or layer."""
    assert differs(said, RIGHT)
