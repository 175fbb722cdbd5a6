import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fixtures.gate import policy, refused, write_policy
from fixtures.mlflow import MlflowServer
from kit.registry import PRODUCTION, TAG_MANIFEST_SHA256
from trainer.artifact import CompactSkops
from trainer.gate.policy import LoadedPolicy
from trainer.golden import golden
from trainer.judging.judge import Judgement, judge, judge_again
from trainer.judging.records import DECISION_FILE, decision_tags
from trainer.judging.reporting import Trained
from trainer.registry import Registry, Version
from trainer.system import Layer, SystemReport

_NONE = Layer(0, 0, 0, 0, 0.0, 0.0, 0.0)
SYSTEM = SystemReport(0.96, 0.006, 0.97, 0.95, 0.003, _NONE, _NONE, 0, 0)


@pytest.fixture
def registry(empty_registry: MlflowServer) -> Registry:
    """An empty registry."""
    return Registry(empty_registry.url, "judging")


def put(registry: Registry, candidate: Trained, asked: LoadedPolicy) -> tuple[Judgement, Version]:
    """Judge a candidate and register it, as a training does."""
    flavor = CompactSkops(candidate.pipeline, candidate.threshold, golden(candidate.pipeline))
    with registry.run("test") as run_id:
        judged = judge(registry, run_id, candidate, (SYSTEM, ()), asked)
        model_id = registry.log_model(run_id, flavor)
        tags = decision_tags(judged.decision)
        tags[TAG_MANIFEST_SHA256] = flavor.manifest_sha256
        return judged, registry.register(model_id, run_id, tags)


def worse(candidate: Trained) -> Trained:
    """The candidate, if its evaluation had missed ten spam more."""
    called = candidate.evaluated.called_spam.copy()
    called[np.flatnonzero(candidate.spam & called)[:10]] = False
    return replace(candidate, evaluated=replace(candidate.evaluated, called_spam=called))


def test_a_version_is_judged_beside_the_one_that_serves_now(
    registry: Registry, good_candidate: Trained
) -> None:
    """It passed before another came to serve; judged again, it is significantly worse than that.

    The report is the one that was logged; the decision, on the version and in its run, is the new.
    """
    first, version = put(registry, worse(good_candidate), policy())
    assert first.decision.reasons == ()
    assert first.decision.champion is None
    _, better = put(registry, good_candidate, policy())
    registry.set_alias(PRODUCTION, better)

    again = judge_again(registry, version, policy())
    assert again.report == first.report
    assert again.decision.champion == better.number
    assert refused(again.decision) == {"champion_errors", "champion_f1"}
    assert "10 are wrong that version" in again.decision.reasons[0]
    tags = registry.version(version.number).tags
    assert tags.items() >= decision_tags(again.decision).items()
    stored = json.loads(registry.read_bytes(version.run_id, DECISION_FILE))
    assert stored["champion"] == better.number

    third, _ = put(registry, worse(good_candidate), policy())
    assert third.decision.reasons == again.decision.reasons, "a training asks the same gate"


def test_the_command_is_one_exit_code(
    empty_registry: MlflowServer, registry: Registry, good_candidate: Trained, tmp_path: Path
) -> None:
    """0 for a version that passes, 3 for one that does not: by the policy of now.

    It shows every check, and what it decided is on the version.
    """
    judged, version = put(registry, good_candidate, policy(f1={"min": 0.99}))
    assert not judged.decision.passed
    passed = empty_registry.trainer("gate", version.number)
    assert passed.returncode == 0, passed.stderr
    for check in judged.decision.checks:
        assert check.name in passed.stdout
    assert "a model of true F1 0.97 is refused with probability" in passed.stderr
    assert registry.version(version.number).tags["hamgate.gate"] == "passed"

    strict = write_policy(tmp_path / "strict.yaml", f1={"min": 0.99})
    done = empty_registry.trainer("gate", "--json", "--policy", strict)
    assert done.returncode == 3
    printed = json.loads(done.stdout)
    assert printed["version"] == version.number
    assert printed["gate"]["passed"] is False
    assert printed["reasons"] == list(judged.decision.reasons)
    assert registry.version(version.number).tags["hamgate.gate"] == "refused"


def test_a_version_without_a_record_cannot_be_judged_again(
    empty_registry: MlflowServer, registry: Registry, good_candidate: Trained
) -> None:
    """One line says which file its run lacks; nothing is written on it."""
    flavor = CompactSkops(
        good_candidate.pipeline, good_candidate.threshold, golden(good_candidate.pipeline)
    )
    with registry.run("test") as run_id:
        model_id = registry.log_model(run_id, flavor)
        registry.register(model_id, run_id, {})
    done = empty_registry.trainer("gate")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"run {run_id} has no file gate/report.json" in line
    assert registry.newest().tags == {}
