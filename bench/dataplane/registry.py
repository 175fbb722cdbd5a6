"""A real MLflow server with a version that the real trainer made, of one candidate."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import skops.io
from sklearn.pipeline import Pipeline

from bench.dataplane.processes import Cores, free_port, running, wait_until_ok
from kit.model_text import model_text
from kit.registry import MANIFEST_FILE, MODEL_FILE
from laptop.settings import Settings
from laptop.stack import Stack, build_stack
from laptop.state import StateFolder

ModelKind = Literal["word", "char"]
NGRAMS = {"word": "word: [[1, 2]]", "char": "char_wb: [[2, 4]]"}
"""Features of the one candidate of each kind."""
_SPACE = "{{parameters: [{{{ngrams}, c: [100]}}], inner_folds: 2, outer_folds: 2}}"
# Of two folds and one candidate the gate has little to say; these models are not for use.
_GATE = {"TRAINER_GATE_POLICY_FILE": str(Path(__file__).with_name("gate_policy.yaml"))}
# On the core of the load, which it must not hold up.
_POLITE = ("nice", "-n", "10")


@dataclass(frozen=True)
class Model:
    """A version as it was trained: what every system is to answer."""

    file: Path
    threshold: float
    pipeline: Pipeline

    def scores(self, texts: list[str]) -> list[float]:
        """Return the pipeline's own probability of spam of each raw text."""
        prepared = np.array([model_text(text) for text in texts], dtype=object)
        found: list[float] = self.pipeline.predict_proba(prepared)[:, 1].tolist()
        return found


@dataclass(frozen=True)
class Trained:
    """A running registry, and what is needed to start services before it."""

    stack: Stack
    settings: Settings
    folder: Path
    cores: Cores
    kind: ModelKind

    @property
    def registry_url(self) -> str:
        """Address of MLflow."""
        return self.settings.url(self.settings.mlflow_port)

    def train(self, seed: int = 0) -> str:
        """Train a version and promote it; return its number.

        Raises:
            SystemExit: The trainer failed.
        """
        space = self.folder / "space.yaml"
        space.write_text(_SPACE.format(ngrams=NGRAMS[self.kind]))
        trainer = self.stack.trainer
        done = subprocess.run(  # noqa: S603 - our own trainer
            [*trainer.command, "--search-space", str(space), "--seed", str(seed), "--json"],
            env={**trainer.environment, **_GATE},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"the training failed: {done.stdout}{done.stderr}")
        version: str = json.loads(done.stdout)["version"]
        return version

    def model(self) -> Model:
        """Return the version that was trained last, from MLflow's folder of artifacts."""
        files = sorted((self.folder / "artifacts").rglob(MODEL_FILE), key=_age)
        manifest = json.loads((files[-1].parent / MANIFEST_FILE).read_text())
        return Model(files[-1], manifest["threshold"], skops.io.load(files[-1]))


def _age(path: Path) -> float:
    return path.stat().st_mtime


@contextmanager
def registry(folder: Path, cores: Cores, kind: ModelKind, rules_cache: Path) -> Iterator[Trained]:
    """Run MLflow on SQLite in `folder`, on the core of the load; train nothing yet.

    `rules_cache` is a folder with the compiled rules in it: compiling them takes seconds.
    """
    state = StateFolder(folder)
    for path in (state.artifacts, state.model_cache, state.logs):
        path.mkdir(parents=True, exist_ok=True)
    shutil.copytree(rules_cache, state.rules_cache)
    settings = Settings(
        state_folder=folder,
        gateway_port=free_port(),
        inference_port=free_port(),
        mlflow_port=free_port(),
    )
    stack = build_stack(settings, state, os.environ)
    log = state.logs / "mlflow.log"
    with running(
        (*_POLITE, *stack.mlflow.command),
        log,
        core=cores.load,
        environment=stack.mlflow.environment,
        folder=stack.mlflow.folder,
    ) as process:
        wait_until_ok(f"{settings.url(settings.mlflow_port)}/health", process, log)
        yield Trained(stack, settings, folder, cores, kind)
