"""From a folder of artifacts to a pipeline in memory, trusting nothing that was not checked."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skops.io
from sklearn.feature_extraction.text import (
    CountVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from inference.errors import RegistryUnavailable, Untrusted
from kit.manifest import Manifest, ManifestError, decode, verify_file
from kit.registry import MANIFEST_FILE, MODEL_FILE
from kit.text import NORMALISATION_VERSION

TRUSTED_TYPES: list[str] = []
"""Types that skops may load beyond its own built-in list (numpy, scipy and scikit-learn).

Ours, and empty: MLflow's loader would take this list from the artifact, which an attacker writes.
"""

STEPS = (
    Pipeline, FeatureUnion, CountVectorizer, TfidfTransformer, TfidfVectorizer, LogisticRegression,
)  # fmt: skip
"""The only estimators that a pipeline of ours consists of."""


@dataclass(frozen=True)
class Verified:
    """What was read of a version and has the right digests; nothing of it was parsed by skops."""

    manifest: Manifest
    model: bytes
    """The skops file."""


def verify(folder: Path, manifest_sha256: str) -> Verified:
    """Return the manifest and the model in `folder` after checking the digest of every file.

    Raises:
        Untrusted: A file is missing or corrupt, or the version was trained for another text
            normalisation.
        RegistryUnavailable: The files are there and cannot be read now.
    """
    try:
        data = _read(folder / MANIFEST_FILE)
        manifest = decode(data, manifest_sha256)
        files = {name: verify_file(folder, name, manifest) for name in manifest.files}
    except ManifestError as error:
        raise Untrusted(str(error)) from error
    except OSError as error:  # of this machine, and no word on the version
        msg = f"the files of the version cannot be read: {error}"
        raise RegistryUnavailable(msg) from error
    if MODEL_FILE not in files:
        msg = f"the manifest does not list {MODEL_FILE}"
        raise Untrusted(msg)
    if manifest.normalisation != NORMALISATION_VERSION:
        msg = (
            f"the version was trained with text normalisation {manifest.normalisation}, "
            f"this release has {NORMALISATION_VERSION}: train it again"
        )
        raise Untrusted(msg)
    return Verified(manifest, files[MODEL_FILE])


def parse(data: bytes) -> Pipeline:
    """Return the pipeline in a skops file.

    Raises:
        Untrusted: It is no skops file (a pickle, for one), holds a type that is not trusted, or is
            not a text pipeline that ends in a logistic regression over `ham` and `spam`.
    """
    try:
        model = skops.io.loads(data, trusted=TRUSTED_TYPES)
    except UntrustedTypesFoundException as error:
        msg = f"the model holds types that are not trusted: {error}"
        raise Untrusted(msg) from error
    except Exception as error:  # a hostile file can make the parser raise anything
        msg = f"{MODEL_FILE} is no skops file: {type(error).__name__}: {error}"
        raise Untrusted(msg) from error
    if not isinstance(model, Pipeline):
        msg = f"the model is a {type(model).__name__}, not a Pipeline"
        raise Untrusted(msg)
    for step in _estimators(model):
        if type(step) not in STEPS:
            msg = f"the pipeline has a step of type {type(step).__name__}, which is not served"
            raise Untrusted(msg)
    classifier = model[-1]
    if not isinstance(classifier, LogisticRegression):
        msg = f"the pipeline ends in a {type(classifier).__name__}, not in a LogisticRegression"
        raise Untrusted(msg)
    classes = getattr(classifier, "classes_", np.array([])).tolist()
    if classes != ["ham", "spam"]:
        msg = f"the classes are {classes}, not ham and spam"
        raise Untrusted(msg)
    return model


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        msg = f"{path.name} is missing"
        raise Untrusted(msg) from error


def _estimators(model: object) -> list[object]:
    """Return `model` and all estimators inside it."""
    if isinstance(model, Pipeline):
        return [
            model,
            *(inner for _, step in model.steps for inner in _estimators(step)),
        ]
    if isinstance(model, FeatureUnion):
        steps = model.transformer_list
        return [model, *(inner for _, step in steps for inner in _estimators(step))]
    return [model]
