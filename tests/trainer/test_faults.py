import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from fixtures.artifacts import S3Store
from fixtures.mlflow import MlflowServer, mlflow_server
from fixtures.postgres import PostgresServer, postgres_server
from fixtures.processes import kill
from fixtures.proxy import Fault, proxy
from fixtures.s3 import S3Process
from fixtures.versions import Logged
from kit.registry import GATE_PASSED, PRODUCTION, TAG_GATE, TAG_PROMOTED_REASON
from trainer.artifact import CompactSkops
from trainer.errors import LockLost
from trainer.locks import open_locks
from trainer.promotion.moves import Note, Promotion, promote, rollback
from trainer.registry import Registry, Version

NOTE = Note("anna@laptop", "test")

When = Literal["before", "after"]


@pytest.fixture
def few_messages(tmp_path: Path) -> str:
    """Forty messages: a training takes a moment, whatever the gate says of it."""
    rows = [f'"win prize {n}",spam\n"see you at {n}",ham\n' for n in range(20)]
    path = tmp_path / "corpus.csv"
    path.write_text("text,label\n" + "".join(rows))
    return str(path)


@contextmanager
def trainer(server: MlflowServer, url: str, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    """Run the trainer in a process group of its own, against the registry at `url`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer", *arguments],
        env={**os.environ, **server.environment(), "TRAINER_TRACKING_URI": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            kill(process)


def killed_at(server: MlflowServer, when: When, method: str, path: str, *arguments: str) -> None:
    """Run the trainer, and kill it before or after a request of its is carried out."""
    running: list[subprocess.Popen[str]] = []
    fault = Fault(method, path, when, lambda: kill(running[0]))
    with proxy(server.url, fault) as url, trainer(server, url, *arguments) as process:
        running.append(process)
        told = process.communicate(timeout=240)[1]
    assert fault.happened.is_set(), told
    assert process.returncode == -9


def check_registry(server: MlflowServer) -> str | None:
    """Check that what the alias names is whole and let through; return its number."""
    registry = Registry(server.url, "test")
    version = registry.production()
    if version is None:
        return None
    assert version.tags[TAG_GATE] == GATE_PASSED
    registry.check_whole(version)
    return version.number


@pytest.mark.parametrize(
    ("when", "method", "path"),
    [
        ("before", "PUT", "model.skops"),
        ("after", "PUT", "model.skops"),
        ("before", "POST", "model-versions/create"),
        ("after", "POST", "model-versions/create"),
    ],
)
def test_a_trainer_killed_in_training_leaves_what_serves(
    empty_registry: MlflowServer,
    flavor: CompactSkops,
    few_messages: str,
    when: When,
    method: str,
    path: str,
) -> None:
    """Before and after the model is stored and registered; then another training goes through."""
    registry = Registry(empty_registry.url, "test")
    locks = open_locks(empty_registry.database_url, seconds=5, holder="test")
    served = Logged.by(registry, flavor).register(registry, **{TAG_GATE: GATE_PASSED}).number
    promote(registry, locks, NOTE, served)
    arguments = ("train", "--data", few_messages, "--search-space", str(empty_registry.space()))
    killed_at(empty_registry, when, method, path, *arguments)
    assert check_registry(empty_registry) == served
    registered = [version for version in registry.versions() if version.number != served]
    assert len(registered) == (when == "after" and "create" in path)
    for version in registered:
        assert TAG_GATE in version.tags
        registry.check_whole(version)

    again = empty_registry.trainer(*arguments, "--json")
    assert again.returncode in (0, 3), again.stderr
    trained = json.loads(again.stdout)
    assert trained["promoted"] == trained["gate"]["passed"]
    assert check_registry(empty_registry) == (trained["version"] if trained["promoted"] else served)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "model-versions/set-tag"),
        ("POST", "registered-models/set-tag"),
        ("POST", "registered-models/alias"),
    ],
)
def test_a_promotion_killed_at_a_write_is_finished_by_the_next(
    any_registry: MlflowServer, any_logged: Logged, when: When, method: str, path: str
) -> None:
    """The alias names the old or the new version; a rerun finishes, and the way back is right."""
    registry = Registry(any_registry.url, "test")
    locks = open_locks(any_registry.database_url, seconds=30, holder="test")
    old = any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number
    new = any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number
    promote(registry, locks, NOTE, old)
    killed_at(any_registry, when, method, path, "promote", new)
    moved = when == "after" and path.endswith("alias")
    assert check_registry(any_registry) == (new if moved else old)

    assert promote(registry, locks, NOTE, new) == Promotion(new, old)
    assert check_registry(any_registry) == new
    assert rollback(registry, locks, NOTE) == Promotion(old, new)


def test_s3_gone_in_the_middle_of_an_upload(tmp_path: Path, few_messages: str) -> None:
    """The training fails and says so, nothing is registered; with S3 back the next goes through."""
    folders = [tmp_path / name for name in ("s3", "mlflow")]
    for folder in folders:
        folder.mkdir()
    s3 = S3Process(folders[0])
    try:
        store = S3Store(s3.server, s3.server.create_bucket())
        with mlflow_server(folders[1], artifacts=store) as server:
            arguments = ("train", "--data", few_messages, "--search-space", str(server.space()))
            fault = Fault("PUT", "model.skops", "before", s3.kill)
            with proxy(server.url, fault) as url, trainer(server, url, *arguments) as process:
                told = process.communicate(timeout=240)[1]
            assert fault.happened.is_set(), told
            assert process.returncode == 1
            assert "Traceback" not in told
            assert "error: " in told.splitlines()[-1]
            registry = Registry(server.url, "hamgate")
            assert registry.versions() == []
            assert registry.runs_under_way() == {}

            s3.start()
            again = server.trainer(*arguments)
            assert again.returncode in (0, 3), again.stderr
            (version,) = registry.versions()
            registry.check_whole(version)
    finally:
        s3.kill()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that may be restarted."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def on_own_postgres(
    own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MlflowServer]:
    """A registry on it, whose trainers have their locks there too."""
    with mlflow_server(tmp_path_factory.mktemp("own"), own_postgres.url) as server:
        yield server


def test_postgresql_restarted_between_registration_and_promotion(
    own_postgres: PostgresServer, on_own_postgres: MlflowServer, flavor: CompactSkops
) -> None:
    """Neither the registry nor the locks mind, even if it crashed."""
    registry = Registry(on_own_postgres.url, "test")
    locks = open_locks(on_own_postgres.database_url, seconds=5, holder="test")
    version = Logged.by(registry, flavor).register(registry, **{TAG_GATE: GATE_PASSED})
    own_postgres.crash()
    own_postgres.start()
    assert promote(registry, locks, NOTE, version.number).version == version.number
    assert check_registry(on_own_postgres) == version.number


class RestartedMeanwhile(Registry):
    """A registry whose database, with the locks in it, restarts in the middle of a promotion."""

    postgres: PostgresServer

    def tag(self, version: Version, name: str, value: str) -> None:
        """Write the tag; then the database is restarted."""
        super().tag(version, name, value)
        if name == TAG_PROMOTED_REASON:
            self.postgres.restart()


def test_postgresql_restarted_in_the_middle_of_a_promotion(
    own_postgres: PostgresServer, on_own_postgres: MlflowServer, flavor: CompactSkops
) -> None:
    """The lock is lost, so the alias is not moved; the next promotion goes through."""
    registry = RestartedMeanwhile(on_own_postgres.url, "test")
    registry.postgres = own_postgres
    locks = open_locks(on_own_postgres.database_url, seconds=5, holder="test")
    before = registry.model().aliases.get(PRODUCTION)
    version = Logged.by(registry, flavor).register(registry, **{TAG_GATE: GATE_PASSED})
    with pytest.raises(LockLost):
        promote(registry, locks, NOTE, version.number)
    assert registry.model().aliases.get(PRODUCTION) == before
    promote(Registry(on_own_postgres.url, "test"), locks, NOTE, version.number)
    assert check_registry(on_own_postgres) == version.number
