from pathlib import Path

import pytest
from mlflow import MlflowClient

from fixtures.mlflow import MlflowServer
from fixtures.processes import free_port
from inference.errors import NoProductionVersion, RegistryUnavailable, Untrusted
from inference.registry import Registry, VersionRef
from inference.source import RegistrySource
from kit.registry import MANIFEST_FILE, MODEL_FILE, REGISTERED_MODEL, TAG_MANIFEST_SHA256


def bare_version(server: MlflowServer, **tags: str) -> MlflowClient:
    """Register a version that has no files, as somebody else's tool might."""
    client = MlflowClient(server.url, server.url)
    client.create_registered_model(REGISTERED_MODEL)
    run = client.create_run("0").info
    source = f"{run.artifact_uri}/model"
    client.create_model_version(REGISTERED_MODEL, source, run.run_id, tags=tags)
    return client


@pytest.fixture
def registry(empty_registry: MlflowServer, tmp_path: Path) -> Registry:
    """The model server's side of an empty registry."""
    return Registry(empty_registry.url, tmp_path / "cache")


def test_an_empty_registry_names_no_version(registry: Registry) -> None:
    """No registered model, no version, no alias: each is simply nothing to serve."""
    with pytest.raises(NoProductionVersion, match="has the alias Production"):
        registry.production()


def test_aliases_are_case_sensitive(registry: Registry, empty_registry: MlflowServer) -> None:
    """`production` is not `Production`: a version under it does not serve."""
    client = bare_version(empty_registry, **{TAG_MANIFEST_SHA256: "0" * 64})
    client.set_registered_model_alias(REGISTERED_MODEL, "production", "1")
    with pytest.raises(NoProductionVersion):
        registry.production()
    client.set_registered_model_alias(REGISTERED_MODEL, "Production", "1")
    assert registry.production() == VersionRef("1", "0" * 64)


def test_a_version_without_a_digest_is_not_ours(
    registry: Registry, empty_registry: MlflowServer
) -> None:
    """Somebody's own version under the alias cannot be verified, so it does not serve."""
    client = bare_version(empty_registry)
    client.set_registered_model_alias(REGISTERED_MODEL, "Production", "1")
    with pytest.raises(Untrusted, match="not from our trainer"):
        registry.production()


def test_a_registry_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    """The message has the address."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RegistryUnavailable, match=url):
        Registry(url, tmp_path).production()


def test_artifacts_that_are_gone_are_said_to_be(
    registry: Registry, empty_registry: MlflowServer
) -> None:
    """A version whose store has lost its files is unavailable, and leaves no folder behind."""
    bare_version(empty_registry)
    with (
        pytest.raises(RegistryUnavailable, match="version 1 cannot be fetched"),
        registry.downloaded(VersionRef("1", "0" * 64)),
    ):
        pass


def test_a_trained_version_loads_from_its_cache_again(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """From alias to model, twice: the second time the files in the cache are used and verified."""
    assert empty_registry.train()["promoted"]
    cache = tmp_path / "cache"
    source = RegistrySource(Registry(empty_registry.url, cache))
    ref = source.production()
    model = source.load(ref)
    assert model.version == "1"
    assert model.label(model.scorer.score(["FREE prize, call 09061701461 to claim"])[0]) == "spam"
    (folder,) = cache.iterdir()
    assert {MODEL_FILE, MANIFEST_FILE, "MLmodel"} <= {path.name for path in folder.iterdir()}
    stamp = (folder / MODEL_FILE).stat().st_mtime_ns
    source.load(ref)
    assert (folder / MODEL_FILE).stat().st_mtime_ns == stamp


def test_only_versions_are_removed_from_the_cache(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """An older version and a download that was cut off go; what else lies there stays."""
    assert empty_registry.train()["promoted"]
    for name in (
        "7-0123456789abcdef",
        "partial-abcd_012",
        "partial-photos",
        "photographs",
        "7-notes",
    ):
        (tmp_path / name).mkdir()
    source = RegistrySource(Registry(empty_registry.url, tmp_path))
    ref = source.production()
    source.load(ref)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {
        "partial-photos",
        "photographs",
        "7-notes",
        f"{ref.version}-{ref.manifest_sha256[:16]}",
    }


def test_a_corrupt_cache_is_thrown_away_and_fetched_anew(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """A changed file is refused once, and the next attempt downloads it again."""
    assert empty_registry.train()["promoted"]
    cache = tmp_path / "cache"
    source = RegistrySource(Registry(empty_registry.url, cache))
    ref = source.production()
    source.load(ref)
    (folder,) = cache.iterdir()
    (folder / MODEL_FILE).write_bytes(b"changed")
    with pytest.raises(Untrusted, match="corrupt"):
        source.load(ref)
    assert list(cache.iterdir()) == []
    assert source.load(ref).version == "1"


def test_a_cache_that_cannot_be_written_is_said_to_be(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """A file in the folder's place, as a full disk would, fails the download and nothing else."""
    assert empty_registry.train()["promoted"]
    blocked = tmp_path / "cache"
    blocked.write_text("in the way")
    registry = Registry(empty_registry.url, blocked)
    with (
        pytest.raises(RegistryUnavailable, match="cannot be fetched"),
        registry.downloaded(registry.production()),
    ):
        pass
