"""Versions of the registered model: their tags, their files, and the aliases that name them."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow.artifacts
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

from kit.manifest import ManifestError, decode, verify_file
from kit.registry import MANIFEST_FILE, PRODUCTION, REGISTERED_MODEL, TAG_MANIFEST_SHA256
from trainer.errors import NoSuchVersion, NotWhole
from trainer.registry.connection import Connection

_EXISTS = ErrorCode.Name(RESOURCE_ALREADY_EXISTS)


@dataclass(frozen=True)
class Version:
    """A version of the registered model."""

    number: str
    run_id: str
    created_ms: int
    """Unix time in milliseconds."""
    tags: Mapping[str, str]


@dataclass(frozen=True)
class ModelRecord:
    """What MLflow has noted of the registered model."""

    aliases: Mapping[str, str]
    """Numbers of versions, by the alias that names them."""
    tags: Mapping[str, str]


class Versions(Connection):
    """Registers versions, finds them, and lets aliases name them."""

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
        with self._translated(NoSuchVersion(f"{REGISTERED_MODEL} has no version {number}")):
            return _version(self._client.get_model_version(REGISTERED_MODEL, number))

    def versions(self) -> list[Version]:
        """Return all versions, the newest first."""
        with self._translated():
            found = self._client.search_model_versions(f"name = '{REGISTERED_MODEL}'")
        return sorted(map(_version, found), key=lambda version: -int(version.number))

    def newest(self) -> Version:
        """Return the newest version.

        Raises:
            NoSuchVersion: There is none at all.
        """
        versions = self.versions()
        if not versions:
            msg = f"{REGISTERED_MODEL} has no version yet: train one"
            raise NoSuchVersion(msg)
        return versions[0]

    def model(self) -> ModelRecord:
        """Return the aliases and tags of the registered model; none where there is no model yet."""
        try:
            with self._translated(NoSuchVersion("none")):
                found = self._client.get_registered_model(REGISTERED_MODEL)
        except NoSuchVersion:
            return ModelRecord({}, {})
        aliases = {alias: str(number) for alias, number in found.aliases.items()}
        return ModelRecord(aliases, dict(found.tags))

    def production(self) -> Version | None:
        """Return the version that serves, or None."""
        number = self.model().aliases.get(PRODUCTION)
        return None if number is None else self.version(number)

    @contextmanager
    def files_of(self, version: Version) -> Iterator[Path]:
        """Yield a folder with the files of a version, as they are in the store; it is removed.

        Raises:
            RegistryUnavailable: They cannot be fetched, or there are none.
        """
        with tempfile.TemporaryDirectory() as name:
            with self._translated():
                uri = f"models:/{REGISTERED_MODEL}/{version.number}"
                folder = mlflow.artifacts.download_artifacts(uri, dst_path=name)
            yield Path(folder)

    def check_whole(self, version: Version) -> None:
        """Check that every file of a version is in the store, and is the one that was judged.

        Raises:
            NotWhole: One is missing or changed; says which.
        """
        expected = version.tags.get(TAG_MANIFEST_SHA256, "")
        with self.files_of(version) as folder:
            try:
                manifest = decode((folder / MANIFEST_FILE).read_bytes(), expected)
                for file in manifest.files:
                    verify_file(folder, file, manifest)
            except (ManifestError, FileNotFoundError) as error:
                msg = f"version {version.number} is not whole: {error}"
                raise NotWhole(msg) from error

    def set_alias(self, alias: str, version: Version) -> None:
        """Make an alias name `version`, in one step."""
        with self._translated():
            self._client.set_registered_model_alias(REGISTERED_MODEL, alias, version.number)

    def delete_alias(self, alias: str) -> None:
        """Make an alias name nothing; it may do so already."""
        if alias in self.model().aliases:
            with self._translated():
                self._client.delete_registered_model_alias(REGISTERED_MODEL, alias)

    def tag(self, version: Version, name: str, value: str) -> None:
        """Set a tag on a version."""
        with self._translated():
            self._client.set_model_version_tag(REGISTERED_MODEL, version.number, name, value)

    def tag_model(self, name: str, value: str) -> None:
        """Set a tag on the registered model."""
        with self._translated():
            self._client.set_registered_model_tag(REGISTERED_MODEL, name, value)


def _version(found: ModelVersion) -> Version:
    return Version(
        str(found.version),
        found.run_id or "",
        found.creation_timestamp,
        dict(found.tags or {}),
    )
