from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sklearn.pipeline import Pipeline

from fixtures.mlflow import MlflowServer
from fixtures.originals import COMMIT, SEED, Workshop, write_messages
from fixtures.versions import Shelf
from kit.manifest import sha256
from kit.registry import MODEL_FILE
from trainer.environment import fingerprint, installed_packages
from trainer.errors import NoSuchVersion, NotReproducible, NotWhole
from trainer.registry import Registry, Version
from trainer.reproduction import recipe, snapshot
from trainer.reproduction.original import fetch_original
from trainer.reproduction.provenance import PACKAGES_FILE
from trainer.reproduction.recipe import RECIPE_FILE, Data, Recipe
from trainer.reproduction.snapshot import CORPUS_FILE


@pytest.fixture
def registry(empty_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(empty_registry.url, "test")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Makes versions of a small corpus."""
    return Workshop(write_messages(tmp_path))


def recipe_of(registry: Registry, version: Version) -> Recipe:
    """Return the recipe of a version's run."""
    return recipe.decode(registry.read_bytes(version.run_id, RECIPE_FILE))


def tell(registry: Registry, version: Version, data: Data) -> None:
    """Write a recipe with other data over that of a version's run."""
    told = msgspec.structs.replace(recipe_of(registry, version), data=data)
    registry.log_bytes(version.run_id, RECIPE_FILE, recipe.encode(told))


def test_a_run_keeps_what_it_can_be_repeated_by(registry: Registry, workshop: Workshop) -> None:
    """Rows, recipe, commit, packages and environment; the manifest has the environment too."""
    version = workshop.store(registry)
    run = registry.read_run(version.run_id)
    assert run.tags["mlflow.source.git.commit"] == run.params["commit"] == COMMIT
    assert run.params["environment.packages"] == fingerprint()["packages"]
    assert registry.read_bytes(version.run_id, PACKAGES_FILE).decode() == installed_packages()
    for name in (version.number, version.run_id):
        original = fetch_original(registry, name)
        assert original.version.number == version.number
        assert original.manifest.environment == fingerprint()
        assert (original.recipe.seed, original.recipe.commit) == (SEED, COMMIT)
        assert original.rows.texts == workshop.corpus.texts


def test_a_snapshot_that_was_altered_is_not_trained_on(
    registry: Registry, workshop: Workshop
) -> None:
    """Told by the digest of the file, or, if that was altered with it, by that of the rows."""
    version = workshop.store(registry)
    rows = snapshot.decode(registry.read_bytes(version.run_id, CORPUS_FILE))
    altered = snapshot.encode(replace(rows, labels=["ham", *rows.labels[1:]]))
    registry.log_bytes(version.run_id, CORPUS_FILE, altered)
    with pytest.raises(NotReproducible, match=r"data/corpus\.parquet .* was changed"):
        fetch_original(registry, version.number)
    data = recipe_of(registry, version).data
    tell(registry, version, msgspec.structs.replace(data, snapshot=sha256(altered)))
    with pytest.raises(NotReproducible, match="its rows have another digest"):
        fetch_original(registry, version.number)


def test_without_a_snapshot_the_corpus_is_read_again(
    registry: Registry, workshop: Workshop
) -> None:
    """It must be where it was, and the same: no run is reproduced from another corpus."""
    version = workshop.store(registry, log_corpus=False)
    original = fetch_original(registry, version.number)
    assert original.recipe.data.snapshot is None
    assert original.rows.texts == workshop.corpus.texts
    write_messages(workshop.data.parent, 41)
    with pytest.raises(NotReproducible, match="is not the one that run"):
        fetch_original(registry, version.number)


def test_feedback_that_was_not_kept_is_asked_for(registry: Registry, workshop: Workshop) -> None:
    """Reading the corpus again would leave it out."""
    version = workshop.store(registry, log_corpus=False)
    data = recipe_of(registry, version).data
    tell(registry, version, msgspec.structs.replace(data, feedback_rows=3))
    with pytest.raises(NotReproducible, match="3 rows of feedback"):
        fetch_original(registry, version.number)


def test_a_version_of_an_older_release_cannot_be_repeated(shelf: Shelf, registry: Registry) -> None:
    """Its run has no recipe, and the message says so."""
    version = shelf.put().version
    with pytest.raises(NotReproducible, match=f"has no file {RECIPE_FILE}"):
        fetch_original(registry, version)


def test_a_stored_model_that_was_altered_is_not_compared(
    shelf: Shelf, registry: Registry, pipeline: Pipeline
) -> None:
    """Its file has not the digest that was registered."""
    version = shelf.put(pipeline=pipeline).version
    stored = shelf.file(MODEL_FILE)
    stored.write_bytes(stored.read_bytes()[:-1])
    with pytest.raises(NotWhole, match=f"{MODEL_FILE} is corrupt"):
        fetch_original(registry, version)


@pytest.mark.parametrize("run", ["7", "0" * 32, "Production"])
def test_what_made_no_version_is_said_to_be_unknown(registry: Registry, run: str) -> None:
    """A number, a run's id, or neither."""
    with pytest.raises(NoSuchVersion):
        fetch_original(registry, run)
