"""MLflow, as far as the trainer uses it: runs, versions, tags and the alias."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import time

import mlflow
import mlflow.artifacts
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException, RestException
from mlflow.models import Model
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from kit.manifest import ManifestError, decode, verify_file
from kit.registry import (
    MANIFEST_FILE,
    MISSING_CODES,
    PRODUCTION,
    REGISTERED_MODEL,
    TAG_MANIFEST_SHA256,
)
from trainer.artifact import CompactSkops
from trainer.errors import NoSuchVersion, NotWhole, RegistryUnavailable

_EXISTS = ErrorCode.Name(RESOURCE_ALREADY_EXISTS)


@dataclass(frozen=True)
class Version:
    """A version of the registered model."""

    number: str
    run_id: str
    created_ms: int
    """Unix time in milliseconds."""
    tags: Mapping[str, str]


class Registry:
    """Logs runs and keeps versions; every call goes to the MLflow server."""

    def __init__(self, tracking_uri: str, experiment: str) -> None:
        """Use the server at `tracking_uri`, and log runs to `experiment`.

        Raises:
            RegistryUnavailable: The server does not answer.
        """
        self._uri = tracking_uri
        # `Model.log` knows no client, only this setting of the process.
        mlflow.set_tracking_uri(tracking_uri)
        mlflow.set_registry_uri(tracking_uri)
        self._client = MlflowClient(tracking_uri, tracking_uri)
        with self._translated():
            found = self._client.get_experiment_by_name(experiment)
            self._experiment_id = (
                found.experiment_id if found else self._client.create_experiment(experiment)
            )

    @contextmanager
    def run(self, name: str, parent: str | None = None) -> Iterator[str]:
        """Yield the id of a new run; it ends as FINISHED, or as FAILED if the body raises."""
        tags = {MLFLOW_PARENT_RUN_ID: parent} if parent else {}
        with self._translated():
            created = self._client.create_run(self._experiment_id, tags=tags, run_name=name)
        run_id: str = created.info.run_id
        try:
            yield run_id
        except BaseException:
            # What went wrong is told, and not that MLflow, which may be the cause, did not note it.
            with suppress(RegistryUnavailable):
                self._end(run_id, "FAILED")
            raise
        self._end(run_id, "FINISHED")

    def _end(self, run_id: str, status: str) -> None:
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

    def log_file(self, run_id: str, path: str, text: str) -> None:
        """Store a text among a run's artifacts, under `path`."""
        with self._translated():
            self._client.log_text(run_id, text, path)

    def log_model(self, run_id: str, flavor: CompactSkops) -> str:
        """Store a model as the run's and return its id."""
        with self._translated():
            info = Model.log(None, flavor, name="model", run_id=run_id)
        model_id: str = info.model_id
        return model_id

    def register(self, model_id: str, run_id: str, tags: Mapping[str, str]) -> Version:
        """Make a logged model a version, with its tags from the first moment on."""
        with self._translated():
            try:
                self._client.create_registered_model(REGISTERED_MODEL)
            except MlflowException as error:
                if error.error_code != _EXISTS:
                    raise
            created = self._client.create_model_version(
                REGISTERED_MODEL,
                f"models:/{model_id}",
                run_id,
                tags=dict(tags),
                model_id=model_id,
            )
        return _version(created)

    def version(self, number: str) -> Version:
        """Return the version with this number.

        Raises:
            NoSuchVersion: There is none.
        """
        msg = f"{REGISTERED_MODEL} has no version {number}"
        with self._translated(missing=msg):
            return _version(self._client.get_model_version(REGISTERED_MODEL, number))

    def versions(self) -> list[Version]:
        """Return all versions, the newest first."""
        with self._translated():
            found = self._client.search_model_versions(f"name = '{REGISTERED_MODEL}'")
        return sorted(map(_version, found), key=lambda version: -int(version.number))

    def production(self) -> Version | None:
        """Return the version that the alias names, or None."""
        try:
            with self._translated(missing="none"):
                return _version(
                    self._client.get_model_version_by_alias(REGISTERED_MODEL, PRODUCTION)
                )
        except NoSuchVersion:
            return None

    def check_whole(self, version: Version) -> None:
        """Check that every file of a version is in the store, and is the one that was judged.

        Raises:
            NotWhole: One is missing or changed; says which.
        """
        expected = version.tags.get(TAG_MANIFEST_SHA256, "")
        with tempfile.TemporaryDirectory() as name, self._translated():
            uri = f"models:/{REGISTERED_MODEL}/{version.number}"
            folder = Path(mlflow.artifacts.download_artifacts(uri, dst_path=name))
            try:
                manifest = decode((folder / MANIFEST_FILE).read_bytes(), expected)
                for file in manifest.files:
                    verify_file(folder, file, manifest)
            except (ManifestError, FileNotFoundError) as error:
                msg = f"version {version.number} is not whole: {error}"
                raise NotWhole(msg) from error

    def move_alias(self, version: Version) -> None:
        """Make the alias name `version`."""
        with self._translated():
            self._client.set_registered_model_alias(REGISTERED_MODEL, PRODUCTION, version.number)

    def tag(self, version: Version, name: str, value: str) -> None:
        """Set a tag on a version."""
        with self._translated():
            self._client.set_model_version_tag(REGISTERED_MODEL, version.number, name, value)

    @contextmanager
    def _translated(self, missing: str | None = None) -> Iterator[None]:
        """Turn MLflow's errors into ours; `missing` is the message if a thing does not exist."""
        try:
            yield
        except MlflowException as error:
            if missing and error.error_code in MISSING_CODES:
                raise NoSuchVersion(missing) from error
            if isinstance(error, RestException):
                msg = f"MLflow at {self._uri} refused: {error.message}"
            elif not str(error.message).startswith("API request to"):  # it never got so far
                msg = f"MLflow's client failed: {error.message}"
            else:
                msg = (
                    f"MLflow at {self._uri} does not answer. Is it running (`make run` starts "
                    f"one), and is TRAINER_TRACKING_URI its address? ({error.message})"
                )
            raise RegistryUnavailable(msg) from error
        except OSError as error:  # of requests, while files go to the artifact store
            msg = f"the files could not be stored with MLflow at {self._uri}: {error}"
            raise RegistryUnavailable(msg) from error


def _version(found: ModelVersion) -> Version:
    return Version(
        str(found.version),
        found.run_id or "",
        found.creation_timestamp,
        dict(found.tags or {}),
    )
