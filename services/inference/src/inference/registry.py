"""The MLflow registry, as far as the model server reads it. The only module that knows MLflow."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from inference.errors import NoProductionVersion, RegistryUnavailable, Untrusted
from kit.registry import (
    MANIFEST_FILE,
    MISSING_CODES,
    PRODUCTION,
    REGISTERED_MODEL,
    TAG_MANIFEST_SHA256,
)

_PARTIAL = "partial-"
_OURS = re.compile(rf"\d+-[0-9a-f]{{16}}|{_PARTIAL}[a-z0-9_]{{8}}")


@dataclass(frozen=True)
class VersionRef:
    """A version of the registered model, and the digest by which it can be trusted."""

    version: str
    manifest_sha256: str


class Registry:
    """Reads the alias and downloads versions; every call blocks, so call it from a thread."""

    def __init__(self, tracking_uri: str, cache_dir: Path) -> None:
        """Read from `tracking_uri`, download below `cache_dir`."""
        self._uri = tracking_uri
        # Addresses like `models:/…` are resolved by this setting of the process, not by a client.
        mlflow.set_tracking_uri(tracking_uri)
        mlflow.set_registry_uri(tracking_uri)
        self._client = MlflowClient(tracking_uri, tracking_uri)
        self._cache_dir = cache_dir

    def production(self) -> VersionRef:
        """Return the version that the alias names now.

        Raises:
            NoProductionVersion: The registry answered that there is none.
            RegistryUnavailable: It did not answer.
            Untrusted: The version has no digest, so nothing could be checked.
        """
        try:
            found = self._client.get_model_version_by_alias(REGISTERED_MODEL, PRODUCTION)
        except MlflowException as error:
            if error.error_code in MISSING_CODES:
                msg = f"no version of {REGISTERED_MODEL} has the alias {PRODUCTION}"
                raise NoProductionVersion(msg) from error
            msg = f"MLflow at {self._uri} cannot be asked: {error.message}"
            raise RegistryUnavailable(msg) from error
        digest = found.tags.get(TAG_MANIFEST_SHA256)
        if digest is None:
            msg = f"version {found.version} has no tag {TAG_MANIFEST_SHA256}: not from our trainer"
            raise Untrusted(msg)
        return VersionRef(str(found.version), digest)

    @contextmanager
    def downloaded(self, ref: VersionRef) -> Iterator[Path]:
        """Yield the folder with the artifacts of `ref`, downloading them if they are not there.

        A folder is moved into place when it is whole. If the body raises, the folder is removed:
        what could not be used must be fetched again.

        Raises:
            RegistryUnavailable: The artifacts cannot be fetched or written.
        """
        folder = self._cache_dir / _folder_name(ref)
        if not folder.is_dir():
            self._download(ref, folder)
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def forget_others(self, ref: VersionRef) -> None:
        """Remove every downloaded version but `ref`, and nothing else that lies beside them."""
        for folder in self._cache_dir.iterdir():
            if _OURS.fullmatch(folder.name) and folder.name != _folder_name(ref):
                shutil.rmtree(folder, ignore_errors=True)

    def _download(self, ref: VersionRef, folder: Path) -> None:
        uri = f"models:/{REGISTERED_MODEL}/{ref.version}"
        try:
            self._cache_dir.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._cache_dir, prefix=_PARTIAL) as partial:
                got = mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=partial)
                # A store that has lost the files answers with none, not with an error.
                if not (Path(got) / MANIFEST_FILE).exists():
                    msg = f"{MANIFEST_FILE} is not in the artifact store"
                    raise FileNotFoundError(msg)
                Path(got).rename(folder)
        except (MlflowException, OSError) as error:
            msg = f"the artifacts of version {ref.version} cannot be fetched: {error}"
            raise RegistryUnavailable(msg) from error


def _folder_name(ref: VersionRef) -> str:
    # With the digest: another registry, or one made anew, has other versions of the same number.
    return f"{ref.version}-{ref.manifest_sha256[:16]}"
