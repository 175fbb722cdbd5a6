import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.keys.file import Keys
from gateway.keys.guard import KeyGuard
from kit.errors import Forbidden, ServiceError, Unauthenticated
from kit.guard import CLIENT
from kit.problems import problem_of

KEY, OTHER = b"k3y", b"0ther"


def keys(**named: bytes) -> Keys:
    """Return keys by name."""
    return Keys(b"", {hashlib.sha256(key).digest(): name for name, key in named.items()})


@pytest.fixture
def guard() -> KeyGuard:
    """A guard that knows one key."""
    return KeyGuard(keys(shop=KEY))


def admit(guard: KeyGuard, *headers: tuple[bytes, bytes]) -> str:
    """Ask for a request with these headers; return who is noted as its sender."""
    scope: dict[str, Any] = {"type": "http", "headers": [(b"host", b"x"), *headers]}
    guard.admit(scope)
    client: str = scope[CLIENT]
    return client


def counted(metric: str, **labels: str) -> float:
    """Return the value of one of the guard's counters."""
    return REGISTRY.get_sample_value(f"hamgate_gateway_key_{metric}_total", labels) or 0


@pytest.mark.parametrize(
    "headers",
    [
        [(b"authorization", b"Bearer " + KEY)],
        [(b"authorization", b"bearer  " + KEY + b" ")],
        [(b"x-api-key", KEY)],
        [(b"x-api-key", KEY), (b"authorization", b"Basic eDp5")],
        [(b"authorization", b"Basic eDp5"), (b"x-api-key", KEY)],
        [(b"x-api-key", KEY), (b"authorization", b"Bearer " + OTHER)],
        [(b"authorization", b"Bearer " + OTHER), (b"x-api-key", KEY)],
        [(b"authorization", b"Bearer "), (b"x-api-key", KEY)],
        [(b"authorization", b"Bearer " + KEY), (b"x-api-key", b" ")],
    ],
)
def test_a_known_key_is_admitted(guard: KeyGuard, headers: Sequence[tuple[bytes, bytes]]) -> None:
    """As a bearer or in its header, which goes first: a proxy's token is left alone. Counted.

    The name of the key is noted for whoever serves the request.
    """
    before = counted("requests", key="shop")
    assert admit(guard, *headers) == "shop"
    assert counted("requests", key="shop") == before + 1


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"authorization", b"Bearer ")],
        [(b"authorization", b"Bearer "), (b"x-api-key", b" ")],
        [(b"authorization", KEY)],
        [(b"authorization", b"Basic " + KEY)],
        [(b"x-api-key", b"")],
        [(b"cookie", KEY)],
    ],
)
def test_without_a_key(guard: KeyGuard, headers: Sequence[tuple[bytes, bytes]]) -> None:
    """401 with a challenge: a client that sends one gets further."""
    before = counted("refusals", reason="missing")
    with pytest.raises(Unauthenticated) as refused:
        admit(guard, *headers)
    answer = problem_of(refused.value)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="hamgate"'
    assert counted("refusals", reason="missing") == before + 1


@pytest.mark.parametrize("key", [OTHER, KEY[:-1], KEY + b"x", KEY.upper(), b"\xff" * 9000])
def test_with_an_unknown_key(guard: KeyGuard, key: bytes) -> None:
    """403, and nothing of the key in the answer or in a label."""
    before = counted("refusals", reason="unknown")
    with pytest.raises(Forbidden) as refused:
        admit(guard, (b"x-api-key", key))
    assert problem_of(refused.value).status_code == 403
    assert key.decode("latin-1") not in str(refused.value)
    assert counted("refusals", reason="unknown") == before + 1


def test_keys_are_swapped(guard: KeyGuard) -> None:
    """From one request to the next; what was counted by name goes on."""
    before = counted("requests", key="shop")
    guard.swap(keys(shop=OTHER))
    admit(guard, (b"x-api-key", OTHER))
    with pytest.raises(ServiceError):
        admit(guard, (b"x-api-key", KEY))
    assert counted("requests", key="shop") == before + 1
