"""A stored version, verified, with what its run has logged: what a reproduction begins from."""

from dataclasses import dataclass

from sklearn.pipeline import Pipeline

from kit.manifest import Manifest, sha256
from trainer.dataset.columns import Columns
from trainer.dataset.corpus import digest_of
from trainer.dataset.load import load
from trainer.errors import NoSuchArtifact, NoSuchVersion, NotReproducible
from trainer.judging.stored_pipeline import load_stored
from trainer.registry import Registry, Version
from trainer.reproduction import recipe as recipes
from trainer.reproduction import snapshot as snapshots
from trainer.reproduction.recipe import RECIPE_FILE, Data, Recipe
from trainer.reproduction.snapshot import CORPUS_FILE, Snapshot

_RUN_ID_LENGTH = 32


@dataclass(frozen=True)
class Original:
    """A version, and what it was made of."""

    version: Version
    manifest: Manifest
    pipeline: Pipeline
    recipe: Recipe
    rows: Snapshot


def fetch_original(registry: Registry, run: str) -> Original:
    """Return the version that `run` names: its number, or the id of the run that made it.

    Raises:
        NoSuchVersion: There is none.
        NotWhole: Its files are not those that were registered.
        NotReproducible: What its run has logged is not enough, or not what it was fitted on.
        RegistryUnavailable: MLflow does not answer.
    """
    version = _version(registry, run)
    stored = load_stored(registry, version)
    try:
        recipe = recipes.decode(registry.read_bytes(version.run_id, RECIPE_FILE))
        rows = _rows(registry, version.run_id, recipe.data)
    except NoSuchArtifact as error:
        msg = f"version {version.number} cannot be trained again: {error}"
        raise NotReproducible(msg) from error
    return Original(version, stored.manifest, stored.pipeline, recipe, rows)


def _version(registry: Registry, run: str) -> Version:
    if run.isdecimal() and len(run) < _RUN_ID_LENGTH:
        return registry.version(run)
    for version in registry.versions():
        if version.run_id == run:
            return version
    msg = f"no version was made by a run {run}; give a run's id, or a version's number"
    raise NoSuchVersion(msg)


def _rows(registry: Registry, run_id: str, data: Data) -> Snapshot:
    """Return the rows that the run was fitted on: its snapshot, or the corpus read again."""
    rows = _snapshot(registry, run_id, data.snapshot) if data.snapshot else _read_again(data)
    if digest_of(zip(rows.labels, rows.texts, strict=True)) != data.digest:
        msg = (
            f"the corpus is not the one that run {run_id} was trained on: its rows have another "
            f"digest than {data.digest}"
        )
        raise NotReproducible(msg)
    return rows


def _snapshot(registry: Registry, run_id: str, digest: str) -> Snapshot:
    stored = registry.read_bytes(run_id, CORPUS_FILE)
    if (actual := sha256(stored)) != digest:
        msg = f"{CORPUS_FILE} of run {run_id} was changed: its SHA-256 is {actual}, not {digest}"
        raise NotReproducible(msg)
    return snapshots.decode(stored)


def _read_again(data: Data) -> Snapshot:
    if data.feedback_rows:
        msg = (
            f"the run was fitted on {data.feedback_rows} rows of feedback and kept none of its "
            "rows: TRAINER_LOG_CORPUS was off"
        )
        raise NotReproducible(msg)
    corpus = load(data.source, Columns.parse(**data.columns))
    return Snapshot(corpus.texts, corpus.labels)
