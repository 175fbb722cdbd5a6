import pytest

from fixtures.mlflow import MlflowServer
from fixtures.processes import free_port
from fixtures.versions import register
from kit.registry import CHALLENGER, GATE_PASSED, MODEL_FILE, PRODUCTION, TAG_GATE
from trainer.artifact import CompactSkops
from trainer.errors import RegistryUnavailable
from trainer.registry import ModelRecord, Registry


@pytest.fixture
def registry(any_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(any_registry.url, "test")


def test_a_version_has_its_tags_from_the_first_moment(
    registry: Registry, flavor: CompactSkops
) -> None:
    """There is no moment at which a version stands in the registry unjudged."""
    created = register(registry, flavor, **{TAG_GATE: GATE_PASSED, "note": "x"})
    assert {TAG_GATE: GATE_PASSED, "note": "x"}.items() <= registry.version(
        created.number
    ).tags.items()
    assert [found.number for found in registry.versions()] == [created.number]


def test_a_versions_files_are_fetched(registry: Registry, flavor: CompactSkops) -> None:
    """As they are in the store; the folder is gone when they are no longer needed."""
    with registry.files_of(register(registry, flavor)) as folder:
        assert (folder / MODEL_FILE).stat().st_size == flavor.model_bytes
    assert not folder.exists()


def test_aliases_are_set_and_deleted(registry: Registry, flavor: CompactSkops) -> None:
    """Each for itself; deleting what is not there is nothing."""
    assert registry.model() == ModelRecord({}, {})
    assert registry.production() is None
    first, second = register(registry, flavor), register(registry, flavor)
    registry.set_alias(PRODUCTION, first)
    registry.set_alias(CHALLENGER, second)
    assert registry.model().aliases == {PRODUCTION: first.number, CHALLENGER: second.number}
    assert registry.production() == registry.version(first.number)
    for _ in range(2):
        registry.delete_alias(CHALLENGER)
        assert registry.model().aliases == {PRODUCTION: first.number}


def test_the_model_has_tags_of_its_own(registry: Registry, flavor: CompactSkops) -> None:
    """They are none of the versions'."""
    created = register(registry, flavor)
    registry.tag_model("note", "x")
    assert registry.model().tags == {"note": "x"}
    assert "note" not in registry.version(created.number).tags


def test_a_server_that_is_away_is_said_to_be() -> None:
    """The message has the address and what to do."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RegistryUnavailable, match=rf"{url} does not answer.*make run"):
        Registry(url, "test")
