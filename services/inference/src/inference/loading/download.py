"""Fetching a version's files by MLflow's client. Only the loader's process imports this."""

import tempfile
from pathlib import Path

import mlflow
import mlflow.artifacts
from mlflow.exceptions import MlflowException

from inference.errors import RegistryUnavailable
from inference.versions.cache import ARTIFACTS, PARTIAL, Cache
from inference.versions.ref import VersionRef
from kit.registry import MANIFEST_FILE, REGISTERED_MODEL


def download(tracking_uri: str, ref: VersionRef, cache: Cache) -> None:
    """Put the files of `ref` into its folder of the cache; it is there when it is whole.

    Raises:
        RegistryUnavailable: They cannot be fetched or written.
    """
    # Addresses like `models:/…` are resolved by this setting of the process, not by a client.
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_registry_uri(tracking_uri)
    uri = f"models:/{REGISTERED_MODEL}/{ref.version}"
    try:
        cache.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache.folder, prefix=PARTIAL) as name:
            got = Path(mlflow.artifacts.download_artifacts(uri, dst_path=f"{name}/download"))
            # A store that has lost the files answers with none, not with an error.
            if not (got / MANIFEST_FILE).exists():
                msg = f"{MANIFEST_FILE} is not in the artifact store"
                raise FileNotFoundError(msg)
            whole = Path(name) / "version"
            whole.mkdir()
            got.rename(whole / ARTIFACTS)
            whole.rename(cache.folder_of(ref))
    except (MlflowException, OSError) as error:
        msg = f"the artifacts of version {ref.version} cannot be fetched: {error}"
        raise RegistryUnavailable(msg) from error
