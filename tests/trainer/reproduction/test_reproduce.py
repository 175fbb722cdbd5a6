import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import skops.io

from fixtures.mlflow import MlflowServer
from fixtures.originals import COMMIT, OPTIONS, Workshop, write_messages
from kit.manifest import FORMAT, Manifest
from kit.text import NORMALISATION_VERSION
from trainer.environment import fingerprint
from trainer.golden import golden
from trainer.registry import Registry, Version
from trainer.reproduction import recipe
from trainer.reproduction.original import Original
from trainer.reproduction.recipe import RECIPE_FILE, Data
from trainer.reproduction.reproduce import Here, Reproduction, count_steps, reproduce
from trainer.reproduction.snapshot import FeedbackRow, Snapshot


def test_a_version_comes_out_bit_for_bit_the_same_in_a_fresh_process(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """By the command line alone; with another seed in the recipe, it says so and exits with 4."""
    data = write_messages(tmp_path)
    told = ("--data", str(data), *OPTIONS, "--seed", "5", "--no-promote")
    trained = empty_registry.train(*told, TRAINER_GIT_COMMIT=COMMIT)
    data.unlink()
    done = empty_registry.trainer("reproduce", "--json", trained["version"])
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["identical"]
    assert {part["part"] for part in printed["parts"] if part["identical"]} == {
        "candidate", "settings", "vocabulary", "idf", "coefficients", "intercept", "threshold"
    }  # fmt: skip

    registry = Registry(empty_registry.url, "hamgate")
    whole = recipe.decode(registry.read_bytes(trained["run_id"], RECIPE_FILE))
    chosen = msgspec.structs.replace(whole.chosen, c=1.0)
    (grid,) = whole.space.parameters
    other_grid = msgspec.structs.replace(grid, c=(1.0,))
    space = msgspec.structs.replace(whole.space, parameters=(other_grid,))
    altered = recipe.encode(msgspec.structs.replace(whole, space=space, chosen=chosen))
    registry.log_bytes(trained["run_id"], RECIPE_FILE, altered)
    other = "d" * 40
    done = empty_registry.trainer("reproduce", trained["run_id"], TRAINER_GIT_COMMIT=other)
    assert done.returncode == 4, done.stderr
    assert f"here is not as there: commit was {COMMIT} and is {other} here" in done.stderr
    lines = {line.split()[1]: line for line in done.stdout.splitlines() if len(line.split()) > 2}
    assert "PASS" in lines["vocabulary"]
    assert "differs: largest difference" in lines["coefficients"]


@pytest.fixture
def original(tmp_path: Path) -> Original:
    """A version of a small corpus, with all that is read back of it from a registry."""
    pipeline, best, made = Workshop(write_messages(tmp_path)).make()
    environment = fingerprint() | {"numpy": "1.0"}
    manifest = Manifest(
        format=FORMAT,
        normalisation=NORMALISATION_VERSION,
        threshold=best.threshold,
        environment=environment,
        files={},
        golden=golden(pipeline),
    )
    stored = skops.io.loads(skops.io.dumps(pipeline), trusted=[])
    data = Data(source="", columns={}, digest=made.digest, snapshot=None, feedback_rows=0)
    repeated_by = recipe.Recipe(
        data=data, space=made.space, seed=made.seed, chosen=made.chosen, commit=COMMIT
    )
    return Original(Version("1", "run", 0, {}), manifest, stored, repeated_by, made.rows)


def again(original: Original) -> Reproduction:
    """Train a version again in this process."""
    steps: list[None] = []
    here = Here(fingerprint(), None, jobs=1)
    done = reproduce(original, here, lambda: steps.append(None))
    assert len(steps) == count_steps(original)
    return done


def differing(reproduction: Reproduction) -> set[str]:
    """Return the parts that came out otherwise."""
    return {part.part for part in reproduction.parts if not part.identical}


def test_what_is_around_it_explains_and_does_not_decide(original: Original) -> None:
    """Another numpy or commit is named; the parts alone say whether the version is the same."""
    done = again(original)
    assert done.identical
    assert done.differences == [
        f"commit was {COMMIT} and is not known here",
        f"numpy was 1.0 and is {fingerprint()['numpy']} here",
    ]


def other_label(original: Original) -> Original:
    """One message of the corpus with the other label."""
    return replace(original, rows=replace(original.rows, labels=["ham", *original.rows.labels[1:]]))


def fewer_rows(original: Original) -> Original:
    """The corpus without its last two messages."""
    rows = Snapshot(original.rows.texts[:-2], original.rows.labels[:-2])
    return replace(original, rows=rows)


def with_feedback(original: Original) -> Original:
    """Rows of feedback besides, with words that the corpus has not."""
    reported = [FeedbackRow("quixotic", "spam", 0.5), FeedbackRow("quixotic!", "spam", 0.5)]
    return replace(original, rows=replace(original.rows, feedback=reported))


def other_threshold(original: Original) -> Original:
    """A stored threshold that is larger in its last bits."""
    threshold = original.manifest.threshold + 1e-15
    return replace(
        original, manifest=msgspec.structs.replace(original.manifest, threshold=threshold)
    )


def other_coefficient(original: Original) -> Original:
    """A stored coefficient that is larger in its last bits."""
    original.pipeline[-1].coef_[0, 0] += 1e-15
    return original


def other_choice(original: Original) -> Original:
    """A candidate that the tuning does not choose."""
    chosen = msgspec.structs.replace(original.recipe.chosen, c=7.0)
    return replace(original, recipe=msgspec.structs.replace(original.recipe, chosen=chosen))


def other_candidates(original: Original) -> Original:
    """A search space without the candidate that was chosen."""
    (grid,) = original.recipe.space.parameters
    left = tuple(c for c in grid.c if c != original.recipe.chosen.c)
    other = msgspec.structs.replace(grid, c=left)
    space = msgspec.structs.replace(original.recipe.space, parameters=(other,))
    return replace(original, recipe=msgspec.structs.replace(original.recipe, space=space))


@pytest.mark.parametrize(
    ("alter", "parts"),
    [
        (other_label, {"coefficients", "intercept"}),
        (fewer_rows, {"vocabulary", "idf", "coefficients", "intercept"}),
        (with_feedback, {"vocabulary", "idf", "coefficients", "intercept"}),
        (other_threshold, {"threshold"}),
        (other_coefficient, {"coefficients"}),
        (other_choice, {"candidate"}),
        (other_candidates, {"candidate", "settings", "coefficients", "intercept"}),
    ],
)
def test_what_was_altered_shows(
    original: Original, alter: Callable[[Original], Original], parts: set[str]
) -> None:
    """In the parts that it touches, each with what differs."""
    found = again(alter(original))
    assert parts <= differing(found)
    assert all(part.difference for part in found.parts if not part.identical)
