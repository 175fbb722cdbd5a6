import pytest

from fixtures.mlflow import MlflowServer
from fixtures.versions import Logged, register
from kit.registry import CHALLENGER, GATE_PASSED, GATE_REFUSED, TAG_GATE
from trainer.artifact import CompactSkops
from trainer.errors import LockBusy, NotPromotable, NotWhole
from trainer.locks import Locks, open_locks
from trainer.promotion.challenger import challenge, withdraw
from trainer.promotion.moves import LOCK
from trainer.registry import Registry


@pytest.fixture
def registry(any_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(any_registry.url, "test")


@pytest.fixture
def locks(any_registry: MlflowServer) -> Locks:
    """The locks of those who use it."""
    return open_locks(any_registry.database_url, seconds=0.3, holder="test")


def test_the_newest_that_passed_challenges(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """Or the one that is named; nothing comes to serve by that."""
    first = any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number
    second = any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number
    any_logged.register(registry, **{TAG_GATE: GATE_REFUSED})
    assert challenge(registry, locks) == second
    assert challenge(registry, locks, first) == first
    assert registry.model().aliases == {CHALLENGER: first}


def test_a_refused_version_challenges_only_if_asked_for(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """It may be looked at in the shadow; one that the gate never saw may not."""
    refused = any_logged.register(registry, **{TAG_GATE: GATE_REFUSED}).number
    unjudged = any_logged.register(registry).number
    with pytest.raises(NotPromotable, match="refused version"):
        challenge(registry, locks, refused)
    assert registry.model().aliases == {}
    assert challenge(registry, locks, refused, refused=True) == refused
    with pytest.raises(NotPromotable, match="never judged"):
        challenge(registry, locks, unjudged, refused=True)
    assert registry.model().aliases == {CHALLENGER: refused}


def test_a_challenger_is_whole(
    registry: Registry, locks: Locks, flavor: CompactSkops, any_registry: MlflowServer
) -> None:
    """A model server would only refuse it."""
    number = register(registry, flavor, **{TAG_GATE: GATE_PASSED}).number
    any_registry.artifacts.write(any_registry.stored(number, "model.skops"), b"x")
    with pytest.raises(NotWhole):
        challenge(registry, locks, number)
    assert registry.model().aliases == {}


def test_a_challenger_is_withdrawn(registry: Registry, locks: Locks, any_logged: Logged) -> None:
    """Twice is once."""
    challenge(registry, locks, any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number)
    withdraw(registry, locks)
    withdraw(registry, locks)
    assert registry.model().aliases == {}


def test_no_alias_moves_while_another_does(
    registry: Registry, locks: Locks, any_logged: Logged
) -> None:
    """Setting and withdrawing wait for a promotion."""
    any_logged.register(registry, **{TAG_GATE: GATE_PASSED})
    with locks.hold(LOCK):
        with pytest.raises(LockBusy):
            challenge(registry, locks)
        with pytest.raises(LockBusy):
            withdraw(registry, locks)
