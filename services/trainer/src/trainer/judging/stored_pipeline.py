"""The pipeline of a version, brought back from the registry."""

from dataclasses import dataclass

import skops.io
from sklearn.pipeline import Pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from kit.manifest import Manifest, ManifestError, decode, verify_file
from kit.registry import MANIFEST_FILE, MODEL_FILE, TAG_MANIFEST_SHA256
from trainer.errors import NotWhole
from trainer.registry import Registry, Version

_TRUSTED_TYPES: list[str] = []
"""Beyond what skops trusts of itself: none, for a pipeline of ours is scikit-learn's classes."""


@dataclass(frozen=True)
class Stored:
    """A version as it was judged."""

    pipeline: Pipeline
    manifest: Manifest


def load_stored(registry: Registry, version: Version) -> Stored:
    """Return a version's pipeline and manifest, after checking both against the version's tag.

    Raises:
        NotWhole: One is missing or changed, or is no pipeline of ours.
        RegistryUnavailable: They cannot be fetched.
    """
    expected = version.tags.get(TAG_MANIFEST_SHA256, "")
    try:
        with registry.files_of(version) as folder:
            manifest = decode((folder / MANIFEST_FILE).read_bytes(), expected)
            model = verify_file(folder, MODEL_FILE, manifest)
        pipeline = skops.io.loads(model, trusted=_TRUSTED_TYPES)
    except (ManifestError, FileNotFoundError, UntrustedTypesFoundException) as error:
        msg = f"version {version.number} is not whole: {error}"
        raise NotWhole(msg) from error
    if not isinstance(pipeline, Pipeline):
        msg = f"version {version.number} is a {type(pipeline).__name__}, not a pipeline"
        raise NotWhole(msg)
    return Stored(pipeline, manifest)
