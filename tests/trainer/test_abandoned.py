import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.mlflow import MlflowServer
from fixtures.processes import kill
from trainer.abandoned import TAG_ENDED, end_abandoned, guarded_run
from trainer.locks import Locks, open_locks
from trainer.registry import Registry

PROGRAM = Path(__file__).parent / "programs" / "training.py"


@pytest.fixture
def experiment() -> str:
    """An experiment of the test's own."""
    return f"test-{secrets.token_hex(4)}"


@pytest.fixture
def registry(any_registry: MlflowServer, experiment: str) -> Registry:
    """The trainer's side of the server."""
    return Registry(any_registry.url, experiment)


@pytest.fixture
def locks(any_registry: MlflowServer) -> Locks:
    """The locks of those who use it."""
    return open_locks(any_registry.database_url, seconds=5, holder="test")


def test_the_run_of_a_killed_trainer_is_ended(
    registry: Registry, locks: Locks, any_registry: MlflowServer, experiment: str
) -> None:
    """By the next training, with a reason, and so are the runs below it; while it lives, none."""
    arguments = (any_registry.url, experiment, any_registry.database_url)
    process = subprocess.Popen(
        [sys.executable, PROGRAM, *arguments], stdout=subprocess.PIPE, start_new_session=True
    )
    with process:
        assert process.stdout is not None
        run, child = process.stdout.readline().decode().split()
        assert end_abandoned(registry, locks) == []
        assert {registry.read_run(each).status for each in (run, child)} == {"RUNNING"}
        kill(process)
    assert end_abandoned(registry, locks) == [child, run]
    for each in (run, child):
        record = registry.read_run(each)
        assert record.status == "KILLED"
        assert "found by the next training" in record.tags[TAG_ENDED]
    assert end_abandoned(registry, locks) == []


def test_a_run_ends_as_its_training_does(registry: Registry, locks: Locks) -> None:
    """FINISHED, or FAILED after an error; neither is touched afterwards."""
    with guarded_run(registry, locks, "good") as good:
        pass
    with pytest.raises(ZeroDivisionError), guarded_run(registry, locks, "bad") as bad:
        raise ZeroDivisionError
    assert end_abandoned(registry, locks) == []
    assert registry.read_run(good).status == "FINISHED"
    assert registry.read_run(bad).status == "FAILED"


def test_a_strangers_run_is_left_alone(
    registry: Registry, locks: Locks, any_registry: MlflowServer
) -> None:
    """One that has no lock to tell by, and one of another experiment."""
    other = Registry(any_registry.url, f"other-{secrets.token_hex(4)}")
    with registry.run("by hand") as stranger, guarded_run(other, locks, "other"):
        assert end_abandoned(registry, locks) == []
        assert registry.read_run(stranger).status == "RUNNING"
