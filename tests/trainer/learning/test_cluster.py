"""Facts about a real Dask scheduler with real workers, in processes of their own."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from joblib import delayed, parallel_config

from fixtures.dask_cluster import DaskCluster, dask_cluster, die, refuse, slow, total
from fixtures.processes import free_port, kill
from kit.model_text import model_text
from trainer.dataset.corpus import Corpus
from trainer.errors import ClusterUnavailable, OtherVersions, WorkerLost
from trainer.learning.cluster import connected, versions
from trainer.learning.evaluation import Evaluated, evaluate
from trainer.learning.mixture import fit_all
from trainer.learning.parallel import executor, spread
from trainer.learning.search_space import SearchSpace
from trainer.learning.tuning import Tuned, as_texts


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A cluster of two workers that nobody harms."""
    with dask_cluster(tmp_path_factory.mktemp("dask"), 2) as cluster:
        yield cluster


def test_both_workers_work_and_results_come_in_order(two_workers: DaskCluster) -> None:
    """Whoever is done first; and a large array that all calls share arrives whole."""
    values = np.arange(100_000, dtype=np.float64)
    with executor(two_workers.address):
        results = list(spread((delayed(total)(values, n) for n in range(20)), None))
    assert [(number, added) for number, added, _ in results] == [
        (number, values.sum()) for number in range(20)
    ]
    assert {pid for *_, pid in results} == {worker.pid for worker in two_workers.workers}


def test_a_cluster_chooses_as_this_machine_does(
    two_workers: DaskCluster, corpus: Corpus, small_space: SearchSpace
) -> None:
    """Ranking, calibrations, thresholds, measures, scores and coefficients, bit for bit."""
    texts = as_texts([model_text(text) for text in corpus.texts[:900]])
    spam = np.array([label == "spam" for label in corpus.labels[:900]])
    shards = msgspec.structs.replace(small_space, max_fit_messages=300)

    def outcome() -> tuple[Evaluated, Tuned, np.ndarray]:
        evaluated = evaluate(texts, spam, small_space, seed=0, jobs=2, advance=lambda: None)
        pipeline, best = fit_all(
            texts, spam, evaluated.ranking[0], shards, judged=np.arange(900), seed=0, jobs=2
        )
        return evaluated, best, pipeline[-1].coef_

    local = outcome()
    with executor(two_workers.address):
        spread_out = outcome()
    assert spread_out[0].ranking == local[0].ranking
    assert np.array_equal(spread_out[0].scores, local[0].scores)
    assert spread_out[1] == local[1]
    assert np.array_equal(spread_out[2], local[2])


def test_an_error_of_a_call_is_raised_as_it_is(two_workers: DaskCluster) -> None:
    """The trainer's own errors say what is wrong with the data, on a cluster too."""
    with executor(two_workers.address), pytest.raises(LookupError, match="not today"):
        list(spread([delayed(refuse)(), delayed(slow)(1, 0.0)], None))


def test_a_lost_worker_is_made_up_for(tmp_path: Path) -> None:
    """Killed in the middle of its work, it is done anew by the other one, and nothing is amiss."""
    with dask_cluster(tmp_path, 2) as cluster, executor(cluster.address):
        results = spread((delayed(slow)(n, 0.3) for n in range(8)), None)
        assert next(results) == 0
        kill(cluster.workers[0])
        assert list(results) == list(range(1, 8))


def test_without_any_worker_left_the_work_is_given_up(tmp_path: Path) -> None:
    """Dask would wait for new ones for ever; after a while of patience that is a clear error."""
    with dask_cluster(tmp_path, 1) as cluster:  # noqa: SIM117 - the cluster must be there before
        with (
            connected(cluster.address, patience_seconds=1) as backend,
            parallel_config(backend=backend),
        ):
            results = spread((delayed(slow)(n, 0.3) for n in range(8)), None)
            next(results)
            kill(cluster.workers[0])
            with pytest.raises(WorkerLost, match="its last worker, is gone"):
                list(results)


def test_a_lost_scheduler_is_a_clear_error(tmp_path: Path) -> None:
    """Nothing waits for a scheduler that is gone."""
    with dask_cluster(tmp_path, 1) as cluster, executor(cluster.address):
        results = spread((delayed(slow)(n, 0.3) for n in range(8)), None)
        next(results)
        kill(cluster.scheduler)
        with pytest.raises(WorkerLost, match=r"Dask scheduler, .*is gone"):
            list(results)


def test_a_call_that_kills_its_workers_is_a_clear_error(tmp_path: Path) -> None:
    """It is not tried on one worker after the other until none is left."""
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with (
        dask_cluster(tmp_path, 2, once) as cluster,
        executor(cluster.address),
        pytest.raises(WorkerLost, match=r"killed every Dask worker that tried it.*memory"),
    ):
        list(spread([delayed(die)(), delayed(slow)(1, 0.0)], None))


def test_a_scheduler_that_does_not_answer_is_named() -> None:
    """The error says which address was asked, and which setting names it."""
    address = f"tcp://127.0.0.1:{free_port()}"
    with (
        pytest.raises(ClusterUnavailable, match=rf"{address}.*TRAINER_DASK_SCHEDULER"),
        connected(address, connect_seconds=0.5),
    ):
        pass


def test_a_scheduler_without_workers_is_a_clear_error(tmp_path: Path) -> None:
    """Waiting for workers that nobody started helps nobody."""
    with (
        dask_cluster(tmp_path, 0) as cluster,
        pytest.raises(ClusterUnavailable, match="has no worker"),
        connected(cluster.address, connect_seconds=0.5),
    ):
        pass


@pytest.fixture
def older(tmp_path: Path) -> dict[str, str]:
    """The variables of a worker that has an older trainer, by its metadata."""
    metadata = tmp_path / "packages" / "hamgate_trainer-0.0.1.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: hamgate-trainer\nVersion: 0.0.1\n")
    return {"PYTHONPATH": str(tmp_path / "packages")}


def test_other_versions_are_refused_at_the_start(tmp_path: Path, older: dict[str, str]) -> None:
    """A worker with other packages might choose otherwise; the error names both versions."""
    expected = rf"hamgate-trainer 0\.0\.1, not {versions()['hamgate-trainer']}"
    with dask_cluster(tmp_path, 0) as cluster:
        cluster.add_worker(older)
        with pytest.raises(OtherVersions, match=expected), executor(cluster.address):
            pass


def test_a_worker_that_comes_late_is_found_out_too(tmp_path: Path, older: dict[str, str]) -> None:
    """One that joins when the first have been checked does no work either."""
    with dask_cluster(tmp_path, 1) as cluster, executor(cluster.address):
        cluster.add_worker(older)
        kill(cluster.workers[0])
        with pytest.raises(OtherVersions, match=r"that came later.*0\.0\.1"):
            list(spread((delayed(slow)(n, 0.0) for n in range(4)), None))
