import pytest
from mlflow import MlflowClient

from fixtures.mlflow import MlflowServer
from trainer.errors import NoSuchArtifact, NoSuchRun
from trainer.registry import Registry, RunRecord

UNKNOWN_RUN = "0" * 32
PICTURE = bytes(range(256))
"""Every byte: what is no text must come back as it went."""


@pytest.fixture
def registry(any_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(any_registry.url, "test")


def test_a_failed_run_is_marked_as_failed(registry: Registry) -> None:
    """A run whose work raised does not look finished."""
    with pytest.raises(ZeroDivisionError), registry.run("doomed") as run_id:
        raise ZeroDivisionError
    assert registry.read_run(run_id).status == "FAILED"


def test_a_run_is_read_as_it_was_logged(registry: Registry) -> None:
    """Parameters, metrics, tags and how it ended; MLflow's own tags besides."""
    with registry.run("told") as run_id:
        registry.log(run_id, {"seed": 3}, {"f1": 0.97})
        registry.tag_run(run_id, {"note": "first", "other": "x"})
        registry.tag_run(run_id, {"note": "second"})
        assert registry.read_run(run_id).status == "RUNNING"
    read = registry.read_run(run_id)
    own = {name: value for name, value in read.tags.items() if not name.startswith("mlflow.")}
    assert RunRecord(read.params, read.metrics, own, read.status) == RunRecord(
        {"seed": "3"}, {"f1": 0.97}, {"note": "second", "other": "x"}, "FINISHED"
    )


def test_a_run_below_another_names_it(registry: Registry, any_registry: MlflowServer) -> None:
    """MLflow's page shows it inside the run that it belongs to."""
    with registry.run("parent") as parent, registry.run("child", parent=parent) as child:
        pass
    found = MlflowClient(any_registry.url).get_run(child)
    assert found.data.tags["mlflow.parentRunId"] == parent


@pytest.mark.parametrize("path", ["picture.png", "plots/picture.png", "a/b/picture.png"])
def test_bytes_come_back_as_they_went(registry: Registry, path: str) -> None:
    """At the top of the artifacts and in folders; written twice, the second stays."""
    with registry.run("test") as run_id:
        registry.log_bytes(run_id, path, b"before")
        registry.log_bytes(run_id, path, PICTURE)
    assert registry.read_bytes(run_id, path) == PICTURE


def test_a_text_is_stored_as_utf8(registry: Registry) -> None:
    """Whatever the machine's own encoding is."""
    with registry.run("test") as run_id:
        registry.log_file(run_id, "notes.txt", "5 £\n")
    assert registry.read_bytes(run_id, "notes.txt") == "5 £\n".encode()


def test_what_is_not_there_is_said_to_be(registry: Registry) -> None:
    """A file, a folder where a file is asked for, a run."""
    with registry.run("test") as run_id:
        registry.log_bytes(run_id, "plots/picture.png", PICTURE)
    for path in ("picture.png", "plots/other.png", "nowhere/picture.png", "plots"):
        with pytest.raises(NoSuchArtifact, match=f"{run_id} has no file {path}"):
            registry.read_bytes(run_id, path)
    with pytest.raises(NoSuchRun, match=f"no run {UNKNOWN_RUN}"):
        registry.read_bytes(UNKNOWN_RUN, "picture.png")
    with pytest.raises(NoSuchRun, match=f"no run {UNKNOWN_RUN}"):
        registry.read_run(UNKNOWN_RUN)
