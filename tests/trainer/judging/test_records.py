import json

import pytest

from fixtures.gate import GOOD, policy
from fixtures.mlflow import MlflowServer
from trainer.errors import NoSuchArtifact, UnusableRecord
from trainer.gate.decision import decide
from trainer.judging.gate_page import render_decision
from trainer.judging.records import (
    DECISION_FILE,
    DECISION_PAGE,
    REPORT_FILE,
    decision_tags,
    log_decision,
    log_report,
    read_report,
    shortened,
)
from trainer.registry import Registry


@pytest.fixture(scope="module")
def registry(mlflow: MlflowServer) -> Registry:
    """The session's registry."""
    return Registry(mlflow.url, "records")


def test_a_report_comes_back_as_it_was(registry: Registry) -> None:
    """Number for number: a version is judged again by what was logged."""
    with registry.run("test") as run_id:
        log_report(registry, run_id, GOOD)
    assert read_report(registry, run_id) == GOOD


def test_a_run_without_a_report_says_so(registry: Registry) -> None:
    """An older release left none."""
    with registry.run("test") as run_id:
        pass
    with pytest.raises(NoSuchArtifact, match=r"gate/report\.json"):
        read_report(registry, run_id)


def test_a_report_that_cannot_be_read_says_so(registry: Registry) -> None:
    """Of another release, or damaged: the message names run and field."""
    with registry.run("test") as run_id:
        registry.log_bytes(run_id, REPORT_FILE, b'{"messages": "many"}')
    with pytest.raises(UnusableRecord, match=rf"{run_id}.*messages"):
        read_report(registry, run_id)


def test_a_decision_is_stored_to_be_parsed_and_to_be_read(registry: Registry) -> None:
    """Every check with number and bound, the policy, and the power."""
    decision = decide(GOOD, None, policy(f1={"min": 0.98}))
    with registry.run("test") as run_id:
        log_decision(registry, run_id, decision)
    stored = json.loads(registry.read_bytes(run_id, DECISION_FILE))
    assert stored["passed"] is False
    assert stored["policy_digest"] == decision.policy_digest
    assert stored["checks"][0] == {
        "name": "f1", "passed": False, "told": "spam F1 0.9700 is not above 0.98",
        "value": 0.97, "bound": 0.98,
    }  # fmt: skip
    assert stored["power"]["bad"] == 0.94
    page = registry.read_bytes(run_id, DECISION_PAGE).decode()
    assert page == render_decision(decision)
    assert page.startswith("# Gate: refused\n")
    assert "- spam F1 0.9700 is not above 0.98\n" in page
    assert "| f1 | **refused** | spam F1 0.9700 is not above 0.98 |" in page
    assert "a model of true F1 0.97 is refused with probability" in page


def test_tags_say_what_was_decided_and_by_which_policy() -> None:
    """A decision that passes has an empty list of reasons."""
    loaded = policy()
    assert decision_tags(decide(GOOD, None, loaded)) == {
        "hamgate.gate": "passed",
        "hamgate.gate.reasons": "[]",
        "hamgate.gate.policy": f"1@{loaded.digest}",
    }


def test_reasons_that_a_tag_cannot_hold_are_shortened() -> None:
    """The value stays JSON below the limit, and says how many are left out."""
    reasons = tuple(f"reason {n}: " + "é" * 600 for n in range(40))
    value = shortened(reasons)
    assert len(value) <= 4000
    told = json.loads(value)
    assert told[0].startswith("reason 0: éé")
    assert told[0].endswith("…")
    assert told[-1] == f"and {40 - len(told) + 1} more, in gate/decision.json of the run"


def test_reasons_that_fit_are_whole() -> None:
    """Nothing is cut without need."""
    assert json.loads(shortened(("one", "two"))) == ["one", "two"]
