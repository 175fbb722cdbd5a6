"""What a run keeps so that it can be repeated: its rows, its recipe, its code, its environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.manifest import sha256
from trainer.dataset.columns import Columns
from trainer.environment import installed_packages
from trainer.learning.search_space import Candidate, SearchSpace
from trainer.learning.tuning import Extra
from trainer.registry import Registry
from trainer.reproduction import recipe, snapshot
from trainer.reproduction.recipe import RECIPE_FILE, Data, Recipe, columns_as_told
from trainer.reproduction.snapshot import CORPUS_FILE, FeedbackRow, Snapshot

PACKAGES_FILE = "environment/packages.txt"
"""Every package that was installed, among a run's artifacts; its SHA-256 is in the manifest."""

_COMMIT_TAG = "mlflow.source.git.commit"
"""MLflow's own tag, which its pages show."""


@dataclass(frozen=True)
class Provenance:
    """Where a training's data, code and environment come from."""

    data: str
    """What the corpus was read from, as `--data` names it."""
    columns: Columns
    environment: Mapping[str, str]
    """`environment.fingerprint()`."""
    commit: str | None
    """Of the code, if it is known."""
    log_corpus: bool = True
    """Whether the run keeps the rows."""

    @property
    def told(self) -> dict[str, str]:
        """Commit and environment, as people are told of them."""
        commit = {"commit": self.commit} if self.commit else {}
        return {**commit, **self.environment}


@dataclass(frozen=True)
class Made:
    """What a model was made of, and how."""

    rows: Snapshot
    digest: str
    """Of the corpus among the rows, `dataset.corpus.digest_of`."""
    space: SearchSpace
    seed: int
    chosen: Candidate


def feedback_rows(texts: Sequence[str], extra: Extra | None) -> list[FeedbackRow]:
    """Return rows of feedback as a snapshot has them, from their raw texts and what is fitted."""
    if extra is None:
        return []
    return [
        FeedbackRow(text, "spam" if spam else "ham", float(weight))
        for text, spam, weight in zip(texts, extra.spam, extra.weights, strict=True)
    ]


def log_provenance(registry: Registry, run_id: str, provenance: Provenance, made: Made) -> None:
    """Log snapshot, recipe, packages, environment and commit to a run."""
    stored = snapshot.encode(made.rows) if provenance.log_corpus else None
    data = Data(
        source=provenance.data,
        columns=columns_as_told(provenance.columns),
        digest=made.digest,
        snapshot=sha256(stored) if stored else None,
        feedback_rows=len(made.rows.feedback),
    )
    repeated_by = Recipe(
        data=data,
        space=made.space,
        seed=made.seed,
        chosen=made.chosen,
        commit=provenance.commit,
    )
    if stored:
        registry.log_bytes(run_id, CORPUS_FILE, stored)
    registry.log_bytes(run_id, RECIPE_FILE, recipe.encode(repeated_by))
    registry.log_file(run_id, PACKAGES_FILE, installed_packages())
    known = {f"environment.{name}": value for name, value in provenance.environment.items()}
    if provenance.commit:
        known["commit"] = provenance.commit
        registry.tag_run(run_id, {_COMMIT_TAG: provenance.commit})
    registry.log(run_id, known, {})
