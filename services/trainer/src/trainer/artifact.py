"""A version's files: the pipeline as deflated skops in MLflow's layout, and the manifest."""

import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import mlflow.sklearn
import skops.io
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from sklearn.pipeline import Pipeline

from kit.manifest import FORMAT, Golden, Manifest, digests, encode, sha256
from kit.registry import MANIFEST_FILE, MODEL_FILE
from kit.text import NORMALISATION_VERSION
from trainer.environment import LIBRARIES, fingerprint
from trainer.signing import Signer

_SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec(DataType.string)]),
    outputs=Schema([ColSpec(DataType.string)]),
)


class CompactSkops:
    """An MLflow flavor that writes what `mlflow.sklearn` writes, with the model file deflated.

    MLflow stores skops files as they come, some 25 times larger. The file stays one that
    `mlflow.sklearn.load_model` reads: a skops file is a zip archive either way.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        threshold: float,
        golden: Sequence[Golden],
        signer: Signer | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Save `pipeline`; threshold and golden messages go into the manifest.

        So does the environment, `fingerprint()` if none is given. The signer, if there is one,
        signs the folder when all else is in it.
        """
        self._packed = skops.io.dumps(pipeline, compression=zipfile.ZIP_DEFLATED, compresslevel=6)
        self._pipeline = pipeline
        self._threshold = threshold
        self._golden = list(golden)
        self._signer = signer
        self._environment = dict(environment or fingerprint())
        self.manifest = b""
        """The manifest, known once it is saved."""

    def save_model(self, path: str, mlflow_model: Model) -> None:
        """Write the version's files into the new folder `path`. Called by MLflow."""
        mlflow.sklearn.save_model(
            self._pipeline,
            path,
            mlflow_model=mlflow_model,
            serialization_format="skops",
            signature=_SIGNATURE,
            # Said here because finding out would import the model in another process.
            pip_requirements=[f"{name}=={version(name)}" for name in LIBRARIES],
        )
        folder = Path(path)
        (folder / MODEL_FILE).write_bytes(self._packed)
        self.manifest = encode(self._describe(folder))
        (folder / MANIFEST_FILE).write_bytes(self.manifest)
        if self._signer:
            self._signer.sign(folder)

    @property
    def model_bytes(self) -> int:
        """Size of the model file."""
        return len(self._packed)

    @property
    def manifest_sha256(self) -> str:
        """SHA-256 (hex) of the manifest, known once it is saved."""
        return sha256(self.manifest)

    def _describe(self, folder: Path) -> Manifest:
        return Manifest(
            format=FORMAT,
            normalisation=NORMALISATION_VERSION,
            threshold=self._threshold,
            environment=self._environment,
            files=digests(folder),
            golden=self._golden,
        )
