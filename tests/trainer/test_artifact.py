import zipfile
from pathlib import Path

import mlflow.sklearn
import numpy as np
import pytest
import skops.io
from mlflow.models import Model
from sklearn.pipeline import Pipeline

from inference.loading.artifact import parse, verify
from inference.model.fallback import PipelineScorer
from inference.model.scorer import check_golden
from kit.registry import MANIFEST_FILE, MODEL_FILE
from trainer.artifact import CompactSkops
from trainer.environment import fingerprint
from trainer.golden import MESSAGES, golden


@pytest.fixture
def saved(pipeline: Pipeline, tmp_path: Path) -> tuple[Path, CompactSkops]:
    """A version's folder, and the flavor that wrote it."""
    flavor = CompactSkops(pipeline, 0.3, golden(pipeline))
    folder = tmp_path / "version"
    flavor.save_model(str(folder), Model())
    return folder, flavor


def test_the_model_file_is_small(saved: tuple[Path, CompactSkops], pipeline: Pipeline) -> None:
    """Deflated, the file has less than a tenth of what MLflow would store."""
    folder, flavor = saved
    size = (folder / MODEL_FILE).stat().st_size
    assert size == flavor.model_bytes
    assert size * 10 < len(skops.io.dumps(pipeline))
    with zipfile.ZipFile(folder / MODEL_FILE) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_mlflow_itself_can_load_it(saved: tuple[Path, CompactSkops], pipeline: Pipeline) -> None:
    """It stays an MLflow model: vectoriser and classifier are one pipeline, loaded in one call."""
    loaded = mlflow.sklearn.load_model(str(saved[0]))
    texts = ["free prize", "see you"]
    assert np.array_equal(loaded.predict_proba(texts), pipeline.predict_proba(texts))


def test_the_model_server_trusts_it(saved: tuple[Path, CompactSkops]) -> None:
    """What the trainer writes passes every check of the model server, golden messages included."""
    folder, flavor = saved
    verified = verify(folder, flavor.manifest_sha256)
    manifest = verified.manifest
    check_golden(PipelineScorer(parse(verified.model)), manifest.golden)
    assert manifest.threshold == 0.3
    assert [message.text for message in manifest.golden] == list(MESSAGES)
    assert manifest.environment == fingerprint()


def test_the_manifest_lists_every_other_file(saved: tuple[Path, CompactSkops]) -> None:
    """Nothing in the folder is without a digest but the manifest, whose digest the registry has."""
    folder, flavor = saved
    manifest = verify(folder, flavor.manifest_sha256).manifest
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest.files) == there - {MANIFEST_FILE}
