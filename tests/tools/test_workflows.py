import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def parsed(path: Path) -> dict[Any, Any]:
    """A workflow as data; YAML reads its `on:` as True."""
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return workflow


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    """All steps of all jobs."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def promote() -> dict[Any, Any]:
    """The workflow that trains, gates and promotes."""
    return parsed(ROOT / ".github/workflows/promote.yml")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved to other code, a commit cannot; the version stands behind it."""
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_the_code(path: Path) -> None:
    """No job widens that, and no step keeps the token."""
    workflow = parsed(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())
    checkouts = [step for step in steps(workflow) if "checkout@" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_pasted_into_a_script(path: Path) -> None:
    """What somebody types in comes through the environment, where it is no code."""
    for step in steps(parsed(path)):
        assert "${{" not in step.get("run", "")


def test_promotion_waits_for_the_gate_and_for_a_person() -> None:
    """It needs both jobs before it, and the environment whose reviewers approve."""
    jobs = promote()["jobs"]
    assert jobs["gate"]["needs"] == "train"
    assert set(jobs["promote"]["needs"]) == {"train", "gate"}
    assert jobs["promote"]["environment"] == "production"
    assert not any("if" in job for job in jobs.values()), "a condition could skip the gate"
    assert not any(step.get("continue-on-error") for step in steps(promote()))


def test_each_job_is_one_command_of_the_trainer() -> None:
    """Only the last moves the alias: the training is told not to."""
    commands = {
        name: [step["run"] for step in job["steps"] if "trainer" in step.get("run", "")]
        for name, job in promote()["jobs"].items()
    }
    assert "trainer train --no-promote --json" in commands["train"][0]
    assert commands["gate"] == ['.venv/bin/trainer gate "$VERSION"']
    assert commands["promote"] == ['.venv/bin/trainer promote "$VERSION" --reason "$REASON"']


def test_it_starts_by_hand_and_by_the_clock_only() -> None:
    """Never for a push or a pull request, which strangers can make."""
    assert set(promote()[True]) == {"workflow_dispatch", "schedule"}
