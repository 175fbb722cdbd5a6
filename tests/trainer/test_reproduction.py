import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mlflow import MlflowClient
from sklearn.pipeline import Pipeline

from fixtures.mlflow import MlflowServer
from kit.manifest import sha256
from kit.registry import MODEL_FILE, TAG_MANIFEST_SHA256
from trainer import recipe, snapshot
from trainer.artifact import CompactSkops
from trainer.environment import fingerprint, installed_packages
from trainer.errors import NoSuchVersion, NotReproducible, NotWhole
from trainer.golden import golden
from trainer.original import Original, fetch_original
from trainer.provenance import PACKAGES_FILE
from trainer.recipe import RECIPE_FILE
from trainer.registry import Registry
from trainer.reproduction import Here, Reproduction, count_steps, reproduce
from trainer.snapshot import CORPUS_FILE, FeedbackRow, Snapshot

COMMIT = "c" * 40
MESSAGES = Path("messages.csv")


def write_messages(folder: Path, count: int = 40) -> Path:
    """Write a corpus of a few easy messages into a CSV file, and return its path."""
    rows = ["kind,message"]
    for number in range(count):
        rows += [f"1,win prize {number} now", f"0,see you at {number} for lunch"]
    path = folder / MESSAGES
    path.write_text("\n".join(rows))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small corpus, with columns of its own."""
    return write_messages(tmp_path)


@pytest.fixture
def registry(empty_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(empty_registry.url, "hamgate")


def train(server: MlflowServer, data: Path, **environment: str) -> dict[str, Any]:
    """Train on the corpus; return what is printed."""
    columns = ["--text-column", "message", "--label-column", "kind", "--spam", "1", "--ham", "0"]
    told = ["--data", str(data), *columns, "--seed", "5", "--no-promote"]
    return server.train(*told, TRAINER_GIT_COMMIT=COMMIT, **environment)


def again(original: Original) -> Reproduction:
    """Train a version again in this process."""
    here = Here(fingerprint(), COMMIT, jobs=1)
    steps: list[None] = []
    done = reproduce(original, here, lambda: steps.append(None))
    assert len(steps) == count_steps(original)
    return done


def differing(reproduction: Reproduction) -> list[str]:
    """Return the parts that came out otherwise."""
    return [part.part for part in reproduction.parts if not part.identical]


def test_a_version_comes_out_bit_for_bit_the_same_in_a_fresh_process(
    empty_registry: MlflowServer,
) -> None:
    """Trained on the demo corpus, found by its number and by its run, compared part by part."""
    trained = empty_registry.train()
    done = empty_registry.trainer("reproduce", "--json", trained["version"])
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["identical"]
    assert printed["differences"] == []
    assert (printed["version"], printed["run_id"]) == (trained["version"], trained["run_id"])
    assert {part["part"]: part["identical"] for part in printed["parts"]} == dict.fromkeys(
        ["candidate", "settings", "vocabulary", "idf", "coefficients", "intercept", "threshold"],
        True,
    )


def test_a_run_keeps_what_it_can_be_repeated_by(
    empty_registry: MlflowServer, registry: Registry, data: Path
) -> None:
    """Rows, recipe, commit and environment; the manifest has the environment too."""
    trained = train(empty_registry, data)
    run = registry.read_run(trained["run_id"])
    assert run.tags["mlflow.source.git.commit"] == run.params["commit"] == COMMIT
    assert run.params["environment.packages"] == fingerprint()["packages"]
    assert registry.read_bytes(trained["run_id"], PACKAGES_FILE).decode() == installed_packages()
    original = fetch_original(registry, trained["run_id"])
    assert original.manifest.environment == fingerprint()
    assert original.recipe.seed == 5
    assert len(original.rows.texts) == 80
    assert again(original).identical


def test_a_person_reads_it_line_by_line(
    empty_registry: MlflowServer, registry: Registry, data: Path
) -> None:
    """What differs around the version first; then each part, and the exit code 4 if one differs."""
    trained = train(empty_registry, data)
    whole = fetch_original(registry, trained["version"]).recipe
    altered = msgspec.structs.replace(whole, seed=6, commit=None)
    registry.log_bytes(trained["run_id"], RECIPE_FILE, recipe.encode(altered))
    done = empty_registry.trainer("reproduce", trained["run_id"], TRAINER_GIT_COMMIT=COMMIT)
    assert f"here is not as there: commit was not noted and is {COMMIT} here" in done.stderr
    assert "coefficients" in done.stdout
    assert "PASS" in done.stdout
    assert "differs: largest difference" in done.stdout
    assert done.returncode == 4


def test_feedback_is_fitted_on_again(
    empty_registry: MlflowServer, registry: Registry, data: Path
) -> None:
    """With its weights: a version that was trained without it is another."""
    original = fetch_original(registry, train(empty_registry, data)["version"])
    reported = [FeedbackRow("lunch prize", "spam", 0.5)]
    more = replace(original, rows=replace(original.rows, feedback=reported))
    assert "coefficients" in differing(again(more))


def altered_snapshot(registry: Registry, run_id: str) -> Snapshot:
    """Store a snapshot in which the first message has another label; return it."""
    rows = snapshot.decode(registry.read_bytes(run_id, CORPUS_FILE))
    altered = replace(rows, labels=["ham", *rows.labels[1:]])
    registry.log_bytes(run_id, CORPUS_FILE, snapshot.encode(altered))
    return altered


def test_a_snapshot_that_was_altered_is_not_trained_on(
    empty_registry: MlflowServer, registry: Registry, data: Path
) -> None:
    """Neither by the digest of the file, nor, if that was altered with it, by that of the rows."""
    trained = train(empty_registry, data)
    altered = altered_snapshot(registry, trained["run_id"])
    with pytest.raises(NotReproducible, match=r"data/corpus\.parquet .* was changed"):
        fetch_original(registry, trained["version"])
    whole = recipe.decode(registry.read_bytes(trained["run_id"], RECIPE_FILE))
    digest = sha256(snapshot.encode(altered))
    told = msgspec.structs.replace(whole.data, snapshot=digest)
    forged = msgspec.structs.replace(whole, data=told)
    registry.log_bytes(trained["run_id"], RECIPE_FILE, recipe.encode(forged))
    with pytest.raises(NotReproducible, match="its rows have another digest"):
        fetch_original(registry, trained["version"])


@pytest.fixture
def original(empty_registry: MlflowServer, registry: Registry, data: Path) -> Original:
    """A version that was trained on the small corpus, with what its run has logged."""
    return fetch_original(registry, train(empty_registry, data)["version"])


def other_label(original: Original) -> Original:
    """One message of the corpus with the other label."""
    return replace(original, rows=replace(original.rows, labels=["ham", *original.rows.labels[1:]]))


def fewer_rows(original: Original) -> Original:
    """The corpus without its last two messages."""
    rows = Snapshot(original.rows.texts[:-2], original.rows.labels[:-2])
    return replace(original, rows=rows)


def other_threshold(original: Original) -> Original:
    """A stored threshold that is larger in its last bits."""
    manifest = msgspec.structs.replace(
        original.manifest, threshold=original.manifest.threshold + 1e-15
    )
    return replace(original, manifest=manifest)


def other_coefficient(original: Original) -> Original:
    """A stored coefficient that is larger in its last bits."""
    original.pipeline[-1].coef_[0, 0] += 1e-15
    return original


def other_choice(original: Original) -> Original:
    """A candidate that the tuning does not choose."""
    chosen = msgspec.structs.replace(original.recipe.chosen, c=1.0)
    return replace(original, recipe=msgspec.structs.replace(original.recipe, chosen=chosen))


@pytest.mark.parametrize(
    ("alter", "parts"),
    [
        (other_label, {"coefficients", "intercept"}),
        (fewer_rows, {"idf", "coefficients", "intercept"}),
        (other_threshold, {"threshold"}),
        (other_coefficient, {"coefficients"}),
        (other_choice, {"candidate"}),
    ],
)
def test_what_was_altered_shows(
    original: Original, alter: Callable[[Original], Original], parts: set[str]
) -> None:
    """In the parts that it touches, each with how much it differs."""
    assert again(original).identical
    found = again(alter(original))
    assert parts <= set(differing(found))
    assert all(part.difference for part in found.parts if not part.identical)


def test_a_stored_model_that_was_altered_is_said_to_be(
    empty_registry: MlflowServer, registry: Registry, data: Path, pipeline: Pipeline
) -> None:
    """By its digest if only the file was; by its parts if somebody registered another model."""
    trained = train(empty_registry, data)
    flavor = CompactSkops(pipeline, 0.5, golden(pipeline))
    model_id = registry.log_model(trained["run_id"], flavor)
    tags = {TAG_MANIFEST_SHA256: flavor.manifest_sha256}
    other = registry.register(model_id, trained["run_id"], tags)
    assert "vocabulary" in differing(again(fetch_original(registry, other.number)))
    stored = max(
        empty_registry.folder.glob(f"artifacts/**/{MODEL_FILE}"),
        key=lambda path: path.stat().st_mtime_ns,
    )
    stored.write_bytes(stored.read_bytes()[:-1])
    with pytest.raises(NotWhole, match=f"{MODEL_FILE} is corrupt"):
        fetch_original(registry, other.number)


def test_without_a_snapshot_the_corpus_is_read_again(
    empty_registry: MlflowServer, registry: Registry, data: Path
) -> None:
    """It must be where it was, and the same: else the run is not reproduced from another one."""
    trained = train(empty_registry, data, TRAINER_LOG_CORPUS="false")
    files = MlflowClient(empty_registry.url).list_artifacts(trained["run_id"])
    assert "data" not in {entry.path for entry in files}
    assert again(fetch_original(registry, trained["version"])).identical
    write_messages(data.parent, 41)
    done = empty_registry.trainer("reproduce", trained["version"])
    assert done.returncode == 1
    assert "the corpus is not the one that run" in done.stderr


def test_feedback_that_was_not_kept_is_asked_for(
    empty_registry: MlflowServer, registry: Registry, data: Path
) -> None:
    """Reading the corpus again would leave it out."""
    trained = train(empty_registry, data, TRAINER_LOG_CORPUS="false")
    whole = recipe.decode(registry.read_bytes(trained["run_id"], RECIPE_FILE))
    told = msgspec.structs.replace(whole.data, feedback_rows=3)
    more = recipe.encode(msgspec.structs.replace(whole, data=told))
    registry.log_bytes(trained["run_id"], RECIPE_FILE, more)
    with pytest.raises(NotReproducible, match="3 rows of feedback"):
        fetch_original(registry, trained["version"])


def test_a_version_of_an_older_release_cannot_be_repeated(
    registry: Registry, pipeline: Pipeline
) -> None:
    """Its run has no recipe, and the message says so."""
    flavor = CompactSkops(pipeline, 0.5, golden(pipeline))
    with registry.run("old") as run_id:
        model_id = registry.log_model(run_id, flavor)
        tags = {TAG_MANIFEST_SHA256: flavor.manifest_sha256}
        version = registry.register(model_id, run_id, tags)
    with pytest.raises(NotReproducible, match=f"run {run_id} has no file {RECIPE_FILE}"):
        fetch_original(registry, version.number)


@pytest.mark.parametrize("run", ["7", "0" * 32, "Production"])
def test_what_made_no_version_is_said_to_be_unknown(registry: Registry, run: str) -> None:
    """A number, a run's id, or neither."""
    with pytest.raises(NoSuchVersion):
        fetch_original(registry, run)
