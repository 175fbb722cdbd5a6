"""Runs of the experiment: what is logged to them, and what is read from them."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from time import time

import mlflow.artifacts
from mlflow.entities import Metric, Param, Run, RunTag
from mlflow.models import Model
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from trainer.artifact import CompactSkops
from trainer.errors import NoSuchArtifact, NoSuchRun, RegistryUnavailable
from trainer.registry.connection import Connection


@dataclass(frozen=True)
class RunRecord:
    """What MLflow has noted of a run."""

    params: Mapping[str, str]
    metrics: Mapping[str, float]
    """The last value of each."""
    tags: Mapping[str, str]
    """MLflow's own among them, which begin with `mlflow.`."""
    status: str
    """RUNNING, FINISHED, FAILED, KILLED or SCHEDULED."""

    @property
    def parent(self) -> str | None:
        """The id of the run that this one is below, if it is below any."""
        return self.tags.get(MLFLOW_PARENT_RUN_ID)


class Runs(Connection):
    """Logs runs and reads them back."""

    @contextmanager
    def run(
        self, name: str, parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        """Yield the id of a new run; it ends as FINISHED, or as FAILED if the body raises.

        It has its tags from the first moment on.
        """
        given = {**(tags or {}), **({MLFLOW_PARENT_RUN_ID: parent} if parent else {})}
        with self._translated():
            created = self._client.create_run(self._experiment_id, tags=given, run_name=name)
        run_id: str = created.info.run_id
        try:
            yield run_id
        except BaseException:
            # What went wrong is told, and not that MLflow, which may be the cause, did not note it.
            with suppress(RegistryUnavailable):
                self.end_run(run_id, "FAILED")
            raise
        self.end_run(run_id, "FINISHED")

    def end_run(self, run_id: str, status: str) -> None:
        """Note that a run has ended, and how: FINISHED, FAILED or KILLED."""
        with self._translated():
            self._client.set_terminated(run_id, status)

    def log(self, run_id: str, params: Mapping[str, object], metrics: Mapping[str, float]) -> None:
        """Log parameters and metrics to a run."""
        now = int(time() * 1000)
        with self._translated():
            self._client.log_batch(
                run_id,
                metrics=[Metric(name, value, now, 0) for name, value in metrics.items()],
                params=[Param(name, str(value)) for name, value in params.items()],
            )

    def tag_run(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set tags on a run, all at once."""
        with self._translated():
            self._client.log_batch(run_id, tags=[RunTag(*tag) for tag in tags.items()])

    def log_file(self, run_id: str, path: str, text: str) -> None:
        """Store a text among a run's artifacts, under `path`."""
        self.log_bytes(run_id, path, text.encode())

    def log_bytes(self, run_id: str, path: str, data: bytes) -> None:
        """Store `data` among a run's artifacts, under `path`, in place of what was there."""
        folder, name = _split(path)
        with tempfile.TemporaryDirectory() as temporary, self._translated():
            local = Path(temporary, name)
            local.write_bytes(data)
            self._client.log_artifact(run_id, str(local), folder)

    def log_model(self, run_id: str, flavor: CompactSkops) -> str:
        """Store a model as the run's and return its id."""
        with self._translated():
            info = Model.log(None, flavor, name="model", run_id=run_id)
        model_id: str = info.model_id
        return model_id

    def runs_under_way(self) -> dict[str, RunRecord]:
        """Return the runs of the experiment that have not ended, by their id."""
        found: dict[str, RunRecord] = {}
        token = None
        with self._translated():
            while True:
                page = self._client.search_runs(
                    [self._experiment_id], "attributes.status = 'RUNNING'", page_token=token
                )
                found.update((run.info.run_id, _record(run)) for run in page)
                token = page.token
                if not token:
                    return found

    def read_run(self, run_id: str) -> RunRecord:
        """Return what is noted of a run.

        Raises:
            NoSuchRun: There is none with this id.
        """
        with self._translated(NoSuchRun(f"MLflow at {self._uri} has no run {run_id}")):
            found = self._client.get_run(run_id)
        return _record(found)

    def read_bytes(self, run_id: str, path: str) -> bytes:
        """Return a file of a run's artifacts.

        Raises:
            NoSuchArtifact: The run has no file under `path`.
            NoSuchRun: There is no such run.
        """
        folder, _ = _split(path)
        with self._translated(NoSuchRun(f"MLflow at {self._uri} has no run {run_id}")):
            # Asked first: what a download of a file that is missing answers is the store's affair.
            entries = self._client.list_artifacts(run_id, folder)
        if path not in {entry.path for entry in entries if not entry.is_dir}:
            msg = f"run {run_id} has no file {path}"
            raise NoSuchArtifact(msg)
        with tempfile.TemporaryDirectory() as temporary, self._translated():
            local = mlflow.artifacts.download_artifacts(
                run_id=run_id, artifact_path=path, dst_path=temporary, tracking_uri=self._uri
            )
            return Path(local).read_bytes()


def _record(run: Run) -> RunRecord:
    data = run.data
    return RunRecord(data.params, data.metrics, data.tags, run.info.status)


def _split(path: str) -> tuple[str | None, str]:
    """Return the folder, None if there is none, and the name of an artifact's path."""
    pure = PurePosixPath(path)
    folder = str(pure.parent)
    return (None if folder == "." else folder), pure.name
