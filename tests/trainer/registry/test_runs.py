import json

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


def test_a_metric_has_a_value_a_step(registry: Registry, any_registry: MlflowServer) -> None:
    """Beside those that have only one."""
    with registry.run("told") as run_id:
        registry.log(run_id, {}, {"f1": 0.9}, {"fold_f1": {0: 0.8, 1: 1.0}})
    history = MlflowClient(any_registry.url).get_metric_history(run_id, "fold_f1")
    assert [(one.step, one.value) for one in history] == [(0, 0.8), (1, 1.0)]
    assert registry.read_run(run_id).metrics["f1"] == 0.9


def test_the_data_are_named_and_not_stored(registry: Registry, any_registry: MlflowServer) -> None:
    """MLflow shows source, digest, columns and counts, and knows where to look for them."""
    with registry.run("told") as run_id:
        registry.log_data(run_id, "s3://bucket/messages.csv", "ab" * 32, {"spam": 5, "ham": 7})
    inputs = MlflowClient(any_registry.url).get_run(run_id).inputs
    assert inputs is not None
    [found] = inputs.dataset_inputs
    assert found.dataset.name == "s3://bucket/messages.csv"
    assert found.dataset.digest == "ab" * 18
    assert json.loads(str(found.dataset.profile)) == {"spam": 5, "ham": 7}
    assert "label" in str(found.dataset.schema)
    assert {tag.key: tag.value for tag in found.tags} == {"mlflow.data.context": "training"}


def test_tables_are_shown_as_tables(registry: Registry) -> None:
    """By the tag that MLflow's pages look for."""
    text = '{"columns":["a"],"data":[[1]]}'
    with registry.run("told") as run_id:
        registry.log_tables(run_id, {"a.json": text, "b.json": text})
    assert registry.read_bytes(run_id, "b.json").decode() == text
    assert json.loads(registry.read_run(run_id).tags["mlflow.loggedArtifacts"]) == [
        {"path": "a.json", "type": "table"}, {"path": "b.json", "type": "table"}
    ]  # fmt: skip


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
