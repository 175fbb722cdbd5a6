"""Facts about following the model server's name: what the pool is given, and what it keeps."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from gateway.upstream.pool import Pool
from gateway.upstream.resolver import Resolver, look_up


class FakePool(Pool):
    """Remembers what it is given."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.kept: list[list[str]] = []

    def keep(self, hosts: object) -> None:
        """Remember the addresses."""
        self.kept.append(list(hosts))  # type: ignore[call-overload]


def answers(*each: list[str] | Exception) -> Callable[[str], Awaitable[list[str]]]:
    """Return a look-up that gives one answer after the other."""
    left = list(each)

    async def look_up(name: str) -> list[str]:
        assert name == "model.svc"
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look_up


def resolutions(outcome: str) -> float:
    """Return the count of look-ups with this outcome."""
    name = "hamgate_gateway_model_resolutions_total"
    return REGISTRY.get_sample_value(name, {"outcome": outcome}) or 0.0


@pytest.fixture
def pool() -> FakePool:
    """A pool that only remembers."""
    return FakePool()


async def test_the_pool_has_what_the_name_has(pool: FakePool) -> None:
    """Each change is given to it; the same addresses in another order are no change."""
    found = answers(["b", "a"], ["a", "b"], ["a", "b", "c"], ["c"])
    resolver = Resolver("model.svc", pool, 5.0, look_up=found)
    before = resolutions("ok")
    for _ in range(4):
        await resolver.resolve()
    assert pool.kept == [["a", "b"], ["a", "b", "c"], ["c"]]
    assert resolutions("ok") == before + 4


@pytest.mark.parametrize("nothing", [OSError("no"), socket.gaierror(-3, "again"), []])
async def test_without_an_answer_the_old_addresses_stay(
    pool: FakePool, nothing: list[str] | Exception
) -> None:
    """A name server that is away takes nothing out of service."""
    resolver = Resolver("model.svc", pool, 5.0, look_up=answers(["a"], nothing, ["a"], ["b"]))
    for _ in range(4):
        await resolver.resolve()
    assert pool.kept == [["a"], ["b"]]


async def test_a_trouble_is_told_once(pool: FakePool) -> None:
    """However long the name cannot be looked up; and again when it comes back and goes again."""
    away = OSError("away")
    resolver = Resolver("model.svc", pool, 5.0, look_up=answers(away, away, ["a"], away, away))
    before = resolutions("failed")
    with capture_logs() as logs:
        for _ in range(5):
            await resolver.resolve()
    assert [line["event"] for line in logs] == [
        "model_server_name_unknown", "model_server_addresses", "model_server_name_unknown",
    ]  # fmt: skip
    assert resolutions("failed") == before + 4


async def test_it_looks_again_and_again(pool: FakePool) -> None:
    """With so many seconds in between, until it is told to end."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    found = answers(["a"], ["b"], ["c"])
    resolver = Resolver("model.svc", pool, 7.0, look_up=found, pause=pause)
    with pytest.raises(asyncio.CancelledError):
        await resolver.run()
    assert pauses == [7.0] * 3
    assert pool.kept == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("127.0.0.1", ["127.0.0.1"]), ("::1", ["::1"]), ("10.0.0.7", ["10.0.0.7"])],
)
async def test_an_address_is_its_own(name: str, expected: list[str]) -> None:
    """It needs no name server."""
    assert await look_up(name) == expected


async def test_a_name_is_looked_up() -> None:
    """As the system does it; each address comes once, whatever it can be used for."""
    found = await look_up("localhost")
    assert set(found) <= {"127.0.0.1", "::1"}
    assert len(found) == len(set(found)) > 0


@pytest.mark.parametrize("name", ["no-such-name.invalid", "a..b", "x" * 64])
async def test_a_name_that_is_none_is_a_trouble(name: str, pool: FakePool) -> None:
    """Unknown or malformed, nothing breaks."""
    with capture_logs() as logs:
        await Resolver(name, pool, 5.0).resolve()
    assert [line["event"] for line in logs] == ["model_server_name_unknown"]
    assert pool.kept == []
