import pytest

from fixtures.mlflow import MlflowServer
from fixtures.versions import Logged
from kit.registry import GATE_PASSED, GATE_REFUSED, TAG_GATE, TAG_GATE_REASONS
from trainer.locks import open_locks
from trainer.promotion.challenger import challenge
from trainer.promotion.moves import Note, promote
from trainer.promotion.serving import Serving
from trainer.promotion.status import Status, read_status
from trainer.registry import Registry


@pytest.fixture
def registry(any_registry: MlflowServer) -> Registry:
    """The trainer's side of an empty registry."""
    return Registry(any_registry.url, "test")


def test_an_empty_registry_has_a_status(registry: Registry) -> None:
    """Nothing is there, and that is no error."""
    assert read_status(registry) == Status("spam-classifier", None, None, [], None)


def test_everything_about_a_version_is_there(
    registry: Registry, any_registry: MlflowServer, any_logged: Logged
) -> None:
    """The gate's decision and its reasons, the aliases, and how it was promoted."""
    locks = open_locks(any_registry.database_url, seconds=1, holder="test")
    first = any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number
    second = any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number
    tags = {TAG_GATE: GATE_REFUSED, TAG_GATE_REASONS: '["too large"]'}
    third = any_logged.register(registry, **tags).number
    promote(registry, locks, Note("anna", "first"), first)
    promote(registry, locks, Note("boris", "second"), second)
    challenge(registry, locks, third, refused=True)

    status = read_status(registry, Serving("http://inference", version=first))
    assert (status.production, status.challenger) == (second, third)
    assert status.serving == Serving("http://inference", version=first)
    refused, serves, before = status.versions
    assert (refused.version, refused.gate, refused.reasons) == (third, "refused", ["too large"])
    assert (refused.aliases, refused.serves, refused.promoted) == (["Challenger"], False, None)
    assert (serves.version, serves.gate, serves.reasons) == (second, "passed", [])
    assert (serves.aliases, serves.serves) == (["Production"], True)
    assert serves.promoted is not None
    assert (serves.promoted.by, serves.promoted.reason) == ("boris", "second")
    assert serves.promoted.previous == first
    assert before.promoted is not None
    assert before.promoted.previous is None
    assert (before.aliases, before.serves) == ([], False)
