import json

import pytest
from mlflow import MlflowClient

from fixtures.mlflow import MlflowServer
from fixtures.versions import Logged
from kit.registry import (
    GATE_PASSED,
    GATE_REFUSED,
    PRODUCTION,
    REGISTERED_MODEL,
    TAG_GATE,
    TAG_GATE_REASONS,
    TAG_PREVIOUS,
    TAG_PROMOTED_AT,
    TAG_PROMOTED_BY,
    TAG_PROMOTED_REASON,
    TAG_PROMOTIONS,
)
from trainer.artifact import CompactSkops
from trainer.errors import (
    AliasMoved,
    BrokenHistory,
    LockBusy,
    NoSuchVersion,
    NotPromotable,
    NotWhole,
)
from trainer.locks import Locks, open_locks
from trainer.promotion.moves import LOCK, Note, Promotion, promote, rollback
from trainer.registry import Registry, Version

NOTE = Note("anna@laptop", "better on short messages")


@pytest.fixture
def registry(any_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(any_registry.url, "test")


@pytest.fixture
def locks(any_registry: MlflowServer) -> Locks:
    """The locks of those who use it."""
    return open_locks(any_registry.database_url, seconds=1, holder="test")


def passed(registry: Registry, logged: Logged) -> str:
    """Register a version that the gate let through; return its number."""
    return logged.register(registry, **{TAG_GATE: GATE_PASSED}).number


def serving(registry: Registry) -> str | None:
    """Return the number of the version that the alias names."""
    return registry.model().aliases.get(PRODUCTION)


def by_hand(server: MlflowServer, number: str) -> None:
    """Move the alias as MLflow's page does."""
    MlflowClient(server.url).set_registered_model_alias(REGISTERED_MODEL, PRODUCTION, number)


def test_promote_takes_the_newest_that_passed(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """A refused version is passed over."""
    first = passed(registry, any_logged)
    assert promote(registry, locks, NOTE) == Promotion(first, None)
    second = passed(registry, any_logged)
    any_logged.register(registry, **{TAG_GATE: GATE_REFUSED})
    assert promote(registry, locks, NOTE) == Promotion(second, first)
    assert serving(registry) == second


def test_who_when_and_why_is_on_the_version(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """Of promotions and of rollbacks, with the version that served before."""
    first, second = passed(registry, any_logged), passed(registry, any_logged)
    promote(registry, locks, NOTE, first)
    promote(registry, locks, NOTE, second)
    tags = registry.version(second).tags
    assert tags[TAG_PROMOTED_BY] == "anna@laptop"
    assert tags[TAG_PROMOTED_REASON] == "better on short messages"
    assert tags[TAG_PROMOTED_AT].endswith("+00:00")
    assert tags[TAG_PREVIOUS] == first
    rollback(registry, locks, Note("boris@pager", "2 calls all spam"))
    tags = registry.version(first).tags
    assert (tags[TAG_PROMOTED_BY], tags[TAG_PROMOTED_REASON]) == ("boris@pager", "2 calls all spam")
    assert tags[TAG_PREVIOUS] == second


def test_promoting_what_serves_changes_nothing(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """Twice is once: the way back does not lead to the version itself."""
    first, second = passed(registry, any_logged), passed(registry, any_logged)
    promote(registry, locks, NOTE, first)
    assert promote(registry, locks, NOTE, first) == Promotion(first, None)
    promote(registry, locks, NOTE, second)
    before = registry.version(second).tags
    other = Note("boris@pager", "again")
    assert promote(registry, locks, other, second) == Promotion(second, first)
    assert registry.version(second).tags == before
    assert rollback(registry, locks, NOTE) == Promotion(first, second)


def test_rollback_goes_back_step_by_step(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """Each rollback returns to the version that served before, also where one served twice."""
    first, second = passed(registry, any_logged), passed(registry, any_logged)
    for number in (first, second, first):
        promote(registry, locks, NOTE, number)
    assert rollback(registry, locks, NOTE) == Promotion(second, first)
    assert rollback(registry, locks, NOTE) == Promotion(first, second)
    with pytest.raises(NoSuchVersion, match="none before it"):
        rollback(registry, locks, NOTE)
    assert serving(registry) == first


def test_a_promotion_after_a_rollback_leaves_out_what_was_rolled_back(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """The way back never leads to the version that somebody fled from."""
    good, bad, better = (passed(registry, any_logged) for _ in range(3))
    promote(registry, locks, NOTE, good)
    promote(registry, locks, NOTE, bad)
    rollback(registry, locks, NOTE)
    promote(registry, locks, NOTE, better)
    assert json.loads(registry.model().tags[TAG_PROMOTIONS]) == [good, better]
    assert rollback(registry, locks, NOTE) == Promotion(good, better)


def test_an_alias_moved_by_hand_is_a_step_as_well(
    registry: Registry, locks: Locks, any_logged: Logged, any_registry: MlflowServer
) -> None:
    """From where somebody moved it, the way back leads to the version that served before that."""
    first, second, third = (passed(registry, any_logged) for _ in range(3))
    promote(registry, locks, NOTE, first)
    promote(registry, locks, NOTE, second)
    rollback(registry, locks, NOTE)
    by_hand(any_registry, third)
    assert rollback(registry, locks, NOTE) == Promotion(first, third)


def test_nothing_to_roll_back_from(registry: Registry, locks: Locks) -> None:
    """With nothing in production there is a clear error."""
    with pytest.raises(NoSuchVersion, match="nothing serves"):
        rollback(registry, locks, NOTE)


def test_a_refused_version_is_not_promoted(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """Not by number either, and the reason is the gate's."""
    tags = {TAG_GATE: GATE_REFUSED, TAG_GATE_REASONS: '["spam F1 0.9 is not above 0.95"]'}
    refused = any_logged.register(registry, **tags)
    with pytest.raises(NotPromotable, match=r"F1 0\.9 is not above"):
        promote(registry, locks, NOTE, refused.number)
    with pytest.raises(NoSuchVersion, match="let through"):
        promote(registry, locks, NOTE)
    assert serving(registry) is None


def test_an_unjudged_version_is_not_promoted(
    registry: Registry, locks: Locks, any_logged: Logged, any_registry: MlflowServer
) -> None:
    """A version that somebody registered by hand has to go through the gate; rolled back too."""
    stranger, good = any_logged.register(registry).number, passed(registry, any_logged)
    with pytest.raises(NotPromotable, match="never judged"):
        promote(registry, locks, NOTE, stranger)
    by_hand(any_registry, stranger)
    promote(registry, locks, NOTE, good)
    with pytest.raises(NotPromotable, match="never judged"):
        rollback(registry, locks, NOTE)
    assert serving(registry) == good


def test_a_version_that_is_not_whole_is_not_promoted(
    registry: Registry, locks: Locks, flavor: CompactSkops, any_registry: MlflowServer
) -> None:
    """Nor rolled back to: the alias never points to files that are missing or changed."""
    first = passed(registry, Logged.by(registry, flavor))
    second = passed(registry, Logged.by(registry, flavor))
    promote(registry, locks, NOTE, first)
    promote(registry, locks, NOTE, second)
    store, path = any_registry.artifacts, any_registry.stored(first, "model.skops")
    store.write(path, store.read(path)[:-1])
    with pytest.raises(NotWhole, match=r"model\.skops is corrupt"):
        rollback(registry, locks, NOTE)
    store.remove_folder_of(path)
    with pytest.raises(NotWhole, match=r"manifest\.json"):
        promote(registry, locks, NOTE, first)
    assert serving(registry) == second


def test_an_unknown_version_is_said_to_be(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """A number that does not exist, or is none."""
    passed(registry, any_logged)
    for number in ("99", "abc", ""):
        with pytest.raises(NoSuchVersion, match=f"has no version {number}"):
            promote(registry, locks, NOTE, number)


def test_nothing_moves_while_another_moves(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """Who cannot have the lock changes nothing."""
    number = passed(registry, any_logged)
    with locks.hold(LOCK), pytest.raises(LockBusy, match="lock promotion"):
        promote(registry, locks, NOTE, number)
    assert serving(registry) is None
    assert TAG_PROMOTED_AT not in registry.version(number).tags


class MovedMeanwhile(Registry):
    """A registry in which somebody moves the alias by hand while the history is written."""

    def tag_model(self, name: str, value: str) -> None:
        """Write the tag, and move the alias."""
        super().tag_model(name, value)
        self.set_alias(PRODUCTION, Version("1", "", 0, {}))


def test_a_hand_in_between_is_noticed(
    registry: Registry, locks: Locks, any_logged: Logged, any_registry: MlflowServer
) -> None:
    """MLflow's page knows no lock: the promotion stops, and leaves what the hand did."""
    numbers = [passed(registry, any_logged) for _ in range(3)]
    promote(registry, locks, NOTE, numbers[1])
    meanwhile = MovedMeanwhile(any_registry.url, "test")
    with pytest.raises(AliasMoved, match="to version 1 meanwhile, where it named version 2"):
        promote(meanwhile, locks, NOTE, numbers[2])
    assert serving(registry) == numbers[0]


def test_a_history_that_cannot_be_read_stops_everything(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """The error says what to do; once the tag is deleted, a new history begins."""
    number = passed(registry, any_logged)
    registry.tag_model(TAG_PROMOTIONS, "1, 2")
    with pytest.raises(BrokenHistory, match="delete it"):
        promote(registry, locks, NOTE, number)
    assert serving(registry) is None
