"""A corpus that is large for its search space, through the whole command."""

import json
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from fixtures.dask_cluster import dask_cluster
from fixtures.mlflow import SMALL_SPACE, MlflowServer


def test_a_large_corpus_is_judged_on_a_sample_and_fitted_whole_anywhere(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """The demo corpus as if it were large, here and on a cluster: the same version comes of it."""
    space = tmp_path / "space.yaml"
    space.write_text(f"{SMALL_SPACE}\nmax_tuning_messages: 2000\nmax_fit_messages: 1600\n")

    def trained(**environment: str) -> dict[str, Any]:
        arguments = ("train", "--json", "--no-promote", "--search-space", str(space))
        done = empty_registry.trainer(*arguments, **environment)
        assert done.returncode in {0, 3}, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    local = trained()
    with dask_cluster(tmp_path, 2) as cluster:
        spread = trained(TRAINER_EXECUTOR="dask", TRAINER_DASK_SCHEDULER=cluster.address)
    assert (local["fitted"], local["report"]["messages"]) == (4533, 2000)
    assert local["report"]["f1"] > 0.93
    for same in ("candidate", "threshold", "fitted"):
        assert spread[same] == local[same]
    assert spread["report"]["f1"] == local["report"]["f1"]
    params = MlflowClient(empty_registry.url).get_run(local["run_id"]).data.params
    assert (params["data.judged"], params["data.kept"]) == ("2000", "4533")
    assert float(params["threshold"]) == local["threshold"]


def test_a_cluster_that_is_not_there_ends_the_command_at_once(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """Before the corpus is read: it may be one that is not there either."""
    done = empty_registry.trainer(
        "train", "--data", "missing.csv",
        TRAINER_EXECUTOR="dask", TRAINER_DASK_SCHEDULER="tcp://127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 1
    assert "TRAINER_DASK_SCHEDULER" in done.stderr
    assert "missing.csv" not in done.stderr
