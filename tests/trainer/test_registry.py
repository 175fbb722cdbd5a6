import os
import shutil

import pytest
from sklearn.pipeline import Pipeline

from fixtures.mlflow import MlflowServer
from fixtures.processes import free_port
from kit.registry import (
    GATE_PASSED,
    GATE_REFUSED,
    TAG_GATE,
    TAG_GATE_REASONS,
    TAG_MANIFEST_SHA256,
)
from trainer.artifact import CompactSkops
from trainer.errors import NoSuchVersion, NotPromotable, NotWhole, RegistryUnavailable
from trainer.golden import golden
from trainer.promotion import Promotion, promote, rollback
from trainer.registry import Registry, Version


@pytest.fixture
def registry(empty_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(empty_registry.url, "test")


@pytest.fixture
def flavor(pipeline: Pipeline) -> CompactSkops:
    """A model to be logged."""
    return CompactSkops(pipeline, 0.3, golden(pipeline))


def version(registry: Registry, flavor: CompactSkops, **tags: str) -> Version:
    """Log a model and register it with these tags."""
    with registry.run("test") as run_id:
        model_id = registry.log_model(run_id, flavor)
        whole = {TAG_MANIFEST_SHA256: flavor.manifest_sha256}
        return registry.register(model_id, run_id, whole | tags)


def passed(registry: Registry, flavor: CompactSkops) -> Version:
    """Register a version that the gate let through."""
    return version(registry, flavor, **{TAG_GATE: GATE_PASSED})


def test_a_version_has_its_tags_from_the_first_moment(
    registry: Registry, flavor: CompactSkops
) -> None:
    """There is no moment at which a version stands in the registry unjudged."""
    created = version(registry, flavor, **{TAG_GATE: GATE_PASSED, "note": "x"})
    assert {TAG_GATE: GATE_PASSED, "note": "x"}.items() <= registry.version(
        created.number
    ).tags.items()
    assert [found.number for found in registry.versions()] == [created.number]


def test_promote_takes_the_newest_that_passed(registry: Registry, flavor: CompactSkops) -> None:
    """A refused version is passed over, and the alias moves in one step."""
    first = passed(registry, flavor)
    assert promote(registry) == Promotion(first.number, None)
    second = passed(registry, flavor)
    version(registry, flavor, **{TAG_GATE: GATE_REFUSED})
    assert promote(registry) == Promotion(second.number, first.number)
    production = registry.production()
    assert production is not None
    assert production.number == second.number


def test_promoting_what_serves_changes_nothing(registry: Registry, flavor: CompactSkops) -> None:
    """Twice is once: the way back is not overwritten with the version itself."""
    first, second = passed(registry, flavor), passed(registry, flavor)
    promote(registry, first.number)
    promote(registry, second.number)
    assert promote(registry, second.number) == Promotion(second.number, first.number)
    assert rollback(registry) == Promotion(first.number, second.number)


def test_a_refused_version_is_not_promoted(registry: Registry, flavor: CompactSkops) -> None:
    """Not by number either, and the reason is the gate's."""
    tags = {TAG_GATE: GATE_REFUSED, TAG_GATE_REASONS: '["spam F1 0.9 is not above 0.95"]'}
    refused = version(registry, flavor, **tags)
    with pytest.raises(NotPromotable, match=r"F1 0\.9 is not above"):
        promote(registry, refused.number)
    with pytest.raises(NoSuchVersion, match="let through"):
        promote(registry)
    assert registry.production() is None


def test_a_version_that_is_not_whole_is_not_promoted(
    registry: Registry, flavor: CompactSkops, empty_registry: MlflowServer
) -> None:
    """Nor rolled back to: the alias never points to files that are missing or changed."""
    first, second = passed(registry, flavor), passed(registry, flavor)
    promote(registry, first.number)
    promote(registry, second.number)
    models = sorted(empty_registry.folder.glob("artifacts/**/model.skops"), key=os.path.getmtime)
    old = models[-2]
    old.write_bytes(old.read_bytes()[:-1])
    with pytest.raises(NotWhole, match=r"model\.skops is corrupt"):
        rollback(registry)
    shutil.rmtree(old.parent)
    with pytest.raises(NotWhole, match=r"manifest\.json"):
        promote(registry, first.number)
    production = registry.production()
    assert production is not None
    assert production.number == second.number


def test_an_unjudged_version_is_not_promoted(registry: Registry, flavor: CompactSkops) -> None:
    """A version that somebody registered by hand has to go through the gate."""
    stranger = version(registry, flavor)
    with pytest.raises(NotPromotable, match="never judged"):
        promote(registry, stranger.number)


def test_rollback_goes_back_step_by_step(registry: Registry, flavor: CompactSkops) -> None:
    """Each rollback returns to the version before, down to the first."""
    numbers = [passed(registry, flavor).number for _ in range(3)]
    for number in numbers:
        promote(registry, number)
    assert rollback(registry) == Promotion(numbers[1], numbers[2])
    assert rollback(registry) == Promotion(numbers[0], numbers[1])
    with pytest.raises(NoSuchVersion, match="none before it"):
        rollback(registry)


def test_nothing_to_roll_back_from(registry: Registry) -> None:
    """With nothing in production there is a clear error."""
    with pytest.raises(NoSuchVersion, match="nothing serves"):
        rollback(registry)


def test_an_unknown_version_is_said_to_be(registry: Registry, flavor: CompactSkops) -> None:
    """A number that does not exist, or is none."""
    passed(registry, flavor)
    for number in ("99", "abc", ""):
        with pytest.raises(NoSuchVersion, match=f"has no version {number}"):
            promote(registry, number)


def test_a_server_that_is_away_is_said_to_be() -> None:
    """The message has the address and what to do."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RegistryUnavailable, match=rf"{url} does not answer.*make run"):
        Registry(url, "test")
