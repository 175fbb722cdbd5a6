import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow.sklearn
import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from inference.errors import RegistryUnavailable, Untrusted
from inference.loading import artifact
from kit.manifest import FORMAT, Golden, Manifest, digests, encode, sha256
from kit.registry import MANIFEST_FILE, MODEL_FILE
from kit.text import NORMALISATION_VERSION

TEXTS = ["win a prize now", "see you at six", "free prize", "ok thanks"]
LABELS = ["spam", "ham", "spam", "ham"]


def pipeline_of(*steps: Any, labels: list[Any] = LABELS) -> Pipeline:
    """A fitted pipeline with these steps."""
    named = [(f"step{number}", step) for number, step in enumerate(steps)]
    return Pipeline(named).fit(TEXTS, labels)


def folder_with(folder: Path, model: bytes, **change: Any) -> str:
    """Write a version's files into `folder`; return the digest of its manifest."""
    (folder / MODEL_FILE).write_bytes(model)
    fields: dict[str, Any] = {
        "format": FORMAT,
        "normalisation": NORMALISATION_VERSION,
        "threshold": 0.4,
        "environment": {},
        "files": digests(folder),
        "golden": [Golden("hi", 0.1)],
    }
    data = encode(Manifest(**(fields | change)))
    (folder / MANIFEST_FILE).write_bytes(data)
    return sha256(data)


def load(folder: Path, digest: str) -> tuple[Pipeline, Manifest]:
    """Verify a version's files, and parse its model."""
    verified = artifact.verify(folder, digest)
    return artifact.parse(verified.model), verified.manifest


@pytest.fixture
def model() -> Pipeline:
    """A pipeline as the trainer makes them."""
    union = FeatureUnion([("word", TfidfVectorizer()), ("char", TfidfVectorizer(analyzer="char"))])
    return pipeline_of(union, LogisticRegression())


def test_a_whole_version_is_loaded(tmp_path: Path, model: Pipeline) -> None:
    """The loaded pipeline gives the probabilities of the one that was stored."""
    digest = folder_with(tmp_path, skops.io.dumps(model))
    loaded, manifest = load(tmp_path, digest)
    assert np.array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert manifest.threshold == 0.4


def test_pickle_is_refused_unread(tmp_path: Path) -> None:
    """A pickle in the model's place is refused, and its code does not run."""
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return (Path.touch, (trap,))

    digest = folder_with(tmp_path, pickle.dumps(Trap()))
    with pytest.raises(Untrusted, match="no skops file"):
        load(tmp_path, digest)
    assert not trap.exists()


class Foreign(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A step of somebody's own code."""

    def fit(self, _texts: list[str], _labels: list[str] | None = None) -> "Foreign":
        """Learn nothing."""
        return self

    def transform(self, texts: list[str]) -> np.ndarray:
        """Return the lengths."""
        return np.array([[len(text)] for text in texts])


def test_the_artifacts_own_list_of_trusted_types_counts_for_nothing(tmp_path: Path) -> None:
    """MLflow's loader trusts what the artifact says it may; ours has its own list, and refuses."""
    model = pipeline_of(Foreign(), LogisticRegression())
    folder = tmp_path / "version"
    name = f"{Foreign.__module__}.Foreign"
    mlflow.sklearn.save_model(
        model, folder, serialization_format="skops", skops_trusted_types=[name], pip_requirements=[]
    )
    assert isinstance(mlflow.sklearn.load_model(str(folder))[0], Foreign)
    digest = folder_with(folder, (folder / MODEL_FILE).read_bytes())
    with pytest.raises(Untrusted, match="not trusted"):
        load(folder, digest)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: LogisticRegression().fit([[0], [1]], ["ham", "spam"]), "not a Pipeline"),
        (lambda: pipeline_of(TfidfVectorizer(), RandomForestClassifier(2)), "RandomForest"),
        (lambda: pipeline_of(TfidfVectorizer(), LogisticRegression(), labels=[1, 0, 1, 0]), "0, 1"),
        (lambda: {"a": 1}, "is a dict"),
        (lambda: Pipeline([("v", TfidfVectorizer()), ("c", LogisticRegression())]), r"are \[\]"),
        (lambda: Pipeline([("v", TfidfVectorizer())]).fit(TEXTS), "ends in a TfidfVectorizer"),
    ],
)
def test_another_kind_of_model_is_refused(make: Callable[[], Any], reason: str) -> None:
    """Only text pipelines that end in a logistic regression over ham and spam are served.

    A classifier over 0 and 1 is what a public attempt compared with `"spam"`.
    """
    with pytest.raises(Untrusted, match=reason):
        artifact.parse(skops.io.dumps(make()))


def test_a_corrupt_model_is_refused(tmp_path: Path, model: Pipeline) -> None:
    """One changed byte is found by its digest, before anything parses it."""
    data = bytearray(skops.io.dumps(model))
    digest = folder_with(tmp_path, bytes(data))
    data[len(data) // 2] ^= 1
    (tmp_path / MODEL_FILE).write_bytes(data)
    with pytest.raises(Untrusted, match="corrupt"):
        load(tmp_path, digest)


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + b"\0" * 18, b"garbage" * 100])
def test_garbage_is_refused(data: bytes) -> None:
    """Whatever is no skops file is refused with our error."""
    with pytest.raises(Untrusted, match="no skops file"):
        artifact.parse(data)


def test_a_skops_file_without_its_schema_is_refused() -> None:
    """A zip archive alone is no skops file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", "{}")
    with pytest.raises(Untrusted, match="no skops file"):
        artifact.parse(buffer.getvalue())


def test_missing_files_are_refused(tmp_path: Path, model: Pipeline) -> None:
    """No manifest, or no model, or a model that the manifest does not list."""
    digest = folder_with(tmp_path, skops.io.dumps(model))
    (tmp_path / MODEL_FILE).unlink()
    with pytest.raises(Untrusted, match=r"model\.skops is missing"):
        load(tmp_path, digest)
    (tmp_path / MANIFEST_FILE).unlink()
    with pytest.raises(Untrusted, match=r"manifest\.json is missing"):
        load(tmp_path, digest)
    unlisted = folder_with(tmp_path, skops.io.dumps(model), files={})
    with pytest.raises(Untrusted, match="does not list"):
        load(tmp_path, unlisted)


def test_a_file_that_cannot_be_read_now_is_no_bad_version(tmp_path: Path, model: Pipeline) -> None:
    """An error of this machine's disk does not condemn the version."""
    digest = folder_with(tmp_path, skops.io.dumps(model))
    (tmp_path / MODEL_FILE).unlink()
    (tmp_path / MODEL_FILE).mkdir()
    with pytest.raises(RegistryUnavailable, match="cannot be read"):
        load(tmp_path, digest)


def test_another_normalisation_is_refused(tmp_path: Path, model: Pipeline) -> None:
    """A model that was trained on texts in another normal form would be asked the wrong texts."""
    digest = folder_with(tmp_path, skops.io.dumps(model), normalisation=NORMALISATION_VERSION + 1)
    with pytest.raises(Untrusted, match="train it again"):
        load(tmp_path, digest)
