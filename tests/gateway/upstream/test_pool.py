"""Facts about the pool, with real servers on several loopback addresses: who is called, when."""

import asyncio
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from fixtures.gateway import FakeModelServer, Received, Reply, fake_model_server, pool_of, reply
from fixtures.processes import free_port
from gateway.errors import ModelUnavailable
from gateway.upstream.address import Limits
from gateway.upstream.pool import Call, Pool
from gateway.upstream.pool import Reply as Answered

OK = b'{"fine": true}'
ONE_FAILURE = Limits(calls=2, failures=1, open_seconds=0.1)


def call_of(port: int, *, seconds: float = 5.0, for_answers: bool = True) -> Call[Answered]:
    """Return a call to whatever listens on `port`, by a name that no name server knows."""
    deadline = asyncio.get_running_loop().time() + seconds
    url, headers = f"http://model.invalid:{port}/path", {"x-request-id": "c-1"}
    return Call("POST", url, headers, deadline, 1000, read_ok, b"{}", for_answers)


def read_ok(found: Answered) -> Answered:
    """Return an answer with 200, as the client does; any other is of no use."""
    if found.status != 200:
        msg = f"the model server answers {found.status}"
        raise ModelUnavailable(msg, "refused")
    return found


class Replicas:
    """Model servers on one port of several loopback addresses, as the pods of a service."""

    def __init__(self, servers: dict[str, FakeModelServer]) -> None:
        """Take them by their addresses."""
        self.servers = servers
        self.port: int = next(iter(servers.values())).server_address[1]

    def received(self) -> Counter[str]:
        """Return how many calls each has had."""
        return Counter({host: len(s.received) for host, s in self.servers.items()})

    def answer(self, answer: Callable[[Received], Reply], *hosts: str) -> None:
        """Let those at `hosts`, or all, answer so."""
        for host in hosts or self.servers:
            self.servers[host].answer = answer


@contextmanager
def replicas(*hosts: str) -> Iterator[Replicas]:
    """Run a model server at each address, all on one port."""
    port = free_port()
    with ExitStack() as stack:
        servers = {host: stack.enter_context(fake_model_server(host, port)) for host in hosts}
        found = Replicas(servers)
        found.answer(lambda _: reply(OK))
        yield found


A, B, C = "127.0.0.1", "127.0.0.2", "127.0.0.3"


def sample(name: str, **labels: str) -> float:
    """Return a sample of a metric of the gateway's."""
    return REGISTRY.get_sample_value(f"hamgate_gateway_{name}", labels) or 0.0


async def assert_unavailable(
    pool: Pool, call: Call[Answered], reason: str, detail: str = "."
) -> None:
    """Check that a call fails, and as what."""
    with pytest.raises(ModelUnavailable, match=detail) as raised:
        await pool.call(call)
    assert raised.value.reason == reason


# Which address


async def test_calls_take_turns_among_equals() -> None:
    """One after the other, each address gets its share."""
    with replicas(A, B, C) as servers:
        async with pool_of(A, B, C) as pool:
            for _ in range(9):
                assert (await pool.call(call_of(servers.port))).body == OK
        assert servers.received() == {A: 3, B: 3, C: 3}


async def test_a_busy_address_is_spared() -> None:
    """While one is slow with its calls, the others get what comes."""
    with replicas(A, B) as servers:
        slow = threading.Event()

        def dawdle(_: Received) -> Reply:
            slow.wait(30)
            return reply(OK)

        servers.answer(dawdle, A)
        async with pool_of(A, B, limits=Limits(9, 5, 5.0)) as pool:
            waiting = [asyncio.create_task(pool.call(call_of(servers.port))) for _ in range(2)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for _ in range(10):
                await pool.call(call_of(servers.port))
            assert servers.received()[B] >= 10
            slow.set()
            await asyncio.gather(*waiting)
        assert servers.received()[A] == 1


async def test_room_is_what_all_addresses_have_left() -> None:
    """So many calls for answers each; calls that nobody waits for take no room."""
    with replicas(A, B) as servers:
        async with pool_of(A, B) as pool:
            assert (pool.free, pool.usable) == (4, True)
            calls = [pool.call(call_of(servers.port)) for _ in range(3)]
            calls.append(pool.call(call_of(servers.port, for_answers=False)))
            tasks = [asyncio.create_task(call) for call in calls]
            await asyncio.sleep(0)
            assert pool.free == 1
            await asyncio.gather(*tasks)
            assert pool.free == 4


async def test_the_name_stays_in_the_request() -> None:
    """A server that tells its hosts apart sees the name as configured, not an address."""
    with replicas(B) as servers:
        async with pool_of(B) as pool:
            await pool.call(call_of(servers.port))
        (received,) = servers.servers[B].received
    assert received.headers["host"] == f"model.invalid:{servers.port}"
    assert set(received.headers) == {"host", "x-request-id", "content-length", "content-type"}


async def test_addresses_come_and_go() -> None:
    """A new one is called at once, one that is gone no more; its calls under way are answered."""
    with replicas(A, B) as servers:
        gone = threading.Event()

        def dawdle(_: Received) -> Reply:
            gone.wait(30)
            return reply(OK)

        servers.answer(dawdle, A)
        async with pool_of(A) as pool:
            changes: list[tuple[int, bool]] = []
            pool.on_change = lambda: changes.append((pool.free, pool.usable))
            under_way = asyncio.create_task(pool.call(call_of(servers.port)))
            await asyncio.sleep(0)
            pool.keep([B])
            for _ in range(3):
                await pool.call(call_of(servers.port))
            gone.set()
            assert (await under_way).body == OK
            pool.keep([A, B])
            assert changes == [(2, True), (4, True)]
        assert servers.received() == {A: 1, B: 3}


async def test_without_an_address_it_says_so() -> None:
    """Before the name was looked up there is nothing to call."""
    async with pool_of() as pool:
        assert (pool.free, pool.usable) == (0, False)
        await assert_unavailable(pool, call_of(1), "open", "no address yet")


# A second try


CUT_OFF = [
    pytest.param(b"", id="before-the-answer"),
    pytest.param(b"HTTP/1.1 200 OK\r\ncontent-le", id="in-its-head"),
    pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", id="in-its-body"),
    pytest.param(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{", id="in-a-chunk"),
]


@pytest.mark.parametrize("raw", CUT_OFF)
@pytest.mark.parametrize("bad", [A, C])
async def test_a_lost_connection_is_tried_on_another_address(bad: str, raw: bytes) -> None:
    """An address that hangs up (A), or at which nobody listens (C), costs no answer."""
    with replicas(A, B) as servers:
        servers.answer(lambda _: Reply(raw, close=True), A)
        before = sample("model_retries_total")
        async with pool_of(bad, B) as pool:
            for _ in range(6):
                assert (await pool.call(call_of(servers.port))).body == OK
        assert servers.received()[B] == 6
        assert sample("model_retries_total") == before + 3


@pytest.mark.parametrize("raw", CUT_OFF)
@pytest.mark.parametrize("hosts", [(A,), (A, B, C)])
async def test_there_is_no_third_try(hosts: Sequence[str], raw: bytes) -> None:
    """Two addresses that hang up, or one twice, are enough; it may be the call that is wrong."""
    with replicas(A, B, C) as servers:
        servers.answer(lambda _: Reply(raw, close=True))
        async with pool_of(*hosts) as pool:
            await assert_unavailable(pool, call_of(servers.port), "unreachable", "does not answer")
        assert servers.received().total() == 2


async def test_nobody_listens_at_the_only_address() -> None:
    """A connection that is refused is not tried there again."""
    before = sample("model_retries_total")
    async with pool_of(A) as pool:
        await assert_unavailable(pool, call_of(free_port()), "unreachable", "Connector")
    assert sample("model_retries_total") == before


@pytest.mark.parametrize("answer", ["late", "error"])
async def test_what_was_answered_or_too_late_is_not_tried_again(answer: str) -> None:
    """A time-out has used the time up; an answer is one, also a bad one."""
    with replicas(A, B) as servers:
        for server in servers.servers.values():
            server.answer = server.never if answer == "late" else lambda _: reply(b"{}", 500)
        async with pool_of(A, B) as pool:
            call = call_of(servers.port, seconds=0.3)
            reason = "refused" if answer == "error" else "unreachable"
            await assert_unavailable(pool, call, reason)
        assert servers.received().total() == 1


async def test_a_second_try_has_the_time_of_the_first() -> None:
    """Both together end at the call's deadline: with a time of its own this one would succeed."""
    with replicas(A, B) as servers:
        replies = [Reply(b"", close=True), reply(OK)]

        def dawdle(_: Received) -> Reply:
            time.sleep(0.8)
            return replies.pop(0)

        servers.answer(dawdle)
        async with pool_of(A, B) as pool:
            call = call_of(servers.port, seconds=1.2)
            await assert_unavailable(pool, call, "unreachable", r"TimeoutError")
        assert servers.received().total() == 2


async def test_an_idle_pause_beyond_the_servers() -> None:
    """A real uvicorn that closes idle connections: the call after the pause goes over a new one."""

    async def app(scope: dict[str, object], _receive: object, send: Callable[..., object]) -> None:
        assert scope["type"] == "http"
        clients.append(scope["client"])
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[misc]
        await send({"type": "http.response.body", "body": OK})  # type: ignore[misc]

    clients: list[object] = []
    port = free_port()
    config = uvicorn.Config(
        app, port=port, timeout_keep_alive=1, lifespan="off", log_config=None, loop="asyncio"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    async with pool_of(A) as pool:
        for pause in (0, 0, 2.5, 0):
            await asyncio.sleep(pause)
            assert (await pool.call(call_of(port))).body == OK
    server.should_exit = True
    await serving
    assert len(clients) == 4
    assert len(set(clients)) == 2


# Addresses that fail


ERROR = reply(b"{}", 503)
NONSENSE = reply(b"<html>", 404)
ENDLESS = reply(b"x" * 2000)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(None, "unreachable", id="none"),
        pytest.param(ERROR, "refused", id="error"),
        pytest.param(NONSENSE, "refused", id="nonsense"),
        pytest.param(ENDLESS, "unusable", id="too-large"),
    ],
)
async def test_an_address_that_fails_is_left_alone(answer: Reply | None, reason: str) -> None:
    """After so many failures in a row it is not called, and said so without delay; then tried.

    One that answers at once what is of no use would else be the least busy, and get every call.
    """
    limits = Limits(calls=2, failures=3, open_seconds=0.2)
    with replicas(B) as servers:
        host = B if answer else A  # where nobody listens
        server = servers.servers[B]
        server.answer = lambda _: answer or ERROR
        breaks = sample("model_breaks_total")
        with capture_logs() as logs:
            async with pool_of(host, limits=limits) as pool:
                for _ in range(3):
                    assert pool.usable
                    await assert_unavailable(pool, call_of(servers.port), reason)
                assert (pool.usable, pool.free) == (False, 0)
                assert sample("model_addresses", state="open") == 1
                sent = len(server.received)
                await assert_unavailable(pool, call_of(servers.port), "open", "left alone")
                assert len(server.received) == sent
        assert sample("model_breaks_total") == breaks + 1
        assert [x["event"] for x in logs].count("model_server_left_alone") == 1


async def test_a_busy_server_is_not_left_alone() -> None:
    """A 503 that says when to come again is an answer: it opens nothing, and ends failures."""
    with replicas(A) as servers:
        busy, broken = reply(b"{}", 503, "Retry-After: 1\r\n"), reply(b"{}", 503)
        answers = [busy, busy, busy, broken, busy, broken, busy, broken, broken]
        servers.answer(lambda _: answers.pop(0))
        async with pool_of(A, limits=Limits(calls=2, failures=2, open_seconds=60.0)) as pool:
            while answers:
                assert pool.usable
                await assert_unavailable(pool, call_of(servers.port), "refused")
            assert not pool.usable


async def test_an_address_that_hangs_is_left_alone_at_once() -> None:
    """One time-out is enough if nothing came from there all the while: others need not wait so."""
    limits = Limits(calls=2, failures=3, open_seconds=60.0)
    with replicas(A) as servers:
        server = servers.servers[A]
        async with pool_of(A, limits=limits, seconds=0.2) as pool:
            assert (await pool.call(call_of(servers.port))).body == OK
            server.answer = server.never
            await assert_unavailable(pool, call_of(servers.port, seconds=0.2), "unreachable")
            assert not pool.usable


async def test_one_slow_call_among_others_is_no_hang() -> None:
    """Where other calls are answered meanwhile, a time-out counts as one failure of several."""
    limits = Limits(calls=2, failures=2, open_seconds=60.0)
    with replicas(A) as servers:
        server = servers.servers[A]
        async with pool_of(A, limits=limits, seconds=0.5) as pool:
            server.answer = server.never
            slow = asyncio.create_task(pool.call(call_of(servers.port, seconds=0.5)))
            while not server.received:
                await asyncio.sleep(0.01)
            server.answer = lambda _: reply(OK)
            assert (await pool.call(call_of(servers.port))).body == OK
            with pytest.raises(ModelUnavailable):
                await slow
            assert pool.usable


async def test_others_are_called_instead_of_a_busy_server() -> None:
    """For a moment: it refuses at once, and would else be the one with the fewest calls."""
    with replicas(A, B) as servers:
        servers.answer(lambda _: reply(b"{}", 503, "Retry-After: 1\r\n"), A)
        async with pool_of(A, B) as pool:
            for _ in range(8):
                with suppress(ModelUnavailable):
                    await pool.call(call_of(servers.port))
        assert servers.received() == {A: 1, B: 7}


async def test_an_address_that_is_busy_is_back() -> None:
    """The call that tries an address after a while may be refused for want of room."""
    with replicas(A) as servers:
        servers.answer(lambda _: reply(b"{}", 500))
        async with pool_of(A, limits=ONE_FAILURE) as pool:
            changed = asyncio.Event()
            await assert_unavailable(pool, call_of(servers.port), "refused")
            pool.on_change = changed.set
            await changed.wait()
            servers.answer(lambda _: reply(b"{}", 503, "Retry-After: 1\r\n"))
            await assert_unavailable(pool, call_of(servers.port), "refused")
            assert (pool.usable, pool.free) == (True, 2)


async def test_one_call_tries_an_address_that_failed() -> None:
    """After the while one call may try it; as long as it is under way, no other."""
    with replicas(A) as servers:
        server = servers.servers[A]
        server.answer = lambda _: reply(b"{}", 500)
        async with pool_of(A, limits=ONE_FAILURE) as pool:
            changed = asyncio.Event()
            await assert_unavailable(pool, call_of(servers.port), "refused")
            pool.on_change = changed.set
            await changed.wait()
            assert (pool.usable, pool.free) == (True, 1)
            server.answer = lambda _: reply(OK)
            probe = asyncio.create_task(pool.call(call_of(servers.port)))
            await asyncio.sleep(0)
            assert (pool.usable, pool.free) == (False, 0)
            await assert_unavailable(pool, call_of(servers.port), "open")
            assert (await probe).status == 200
            assert (pool.usable, pool.free) == (True, 2)
            assert sample("model_addresses", state="closed") == 1


async def test_others_take_over_from_an_address_that_failed() -> None:
    """It alone is left alone; all calls go to the others meanwhile."""
    with replicas(A, B) as servers:
        servers.answer(lambda _: reply(b"{}", 500), A)
        async with pool_of(A, B, limits=Limits(2, 1, 60.0)) as pool:
            calls = [pool.call(call_of(servers.port)) for _ in range(8)]
            found = [await asyncio.gather(call, return_exceptions=True) for call in calls]
        assert [type(one) for (one,) in found].count(ModelUnavailable) == 1
        assert servers.received() == {A: 1, B: 7}


async def test_a_call_that_came_too_late_speaks_against_nobody() -> None:
    """Of a time-out after a fraction of the usual time the address is not to blame."""
    with replicas(A) as servers:
        server = servers.servers[A]
        server.answer = server.never
        async with pool_of(A, limits=ONE_FAILURE, seconds=5.0) as pool:
            await assert_unavailable(pool, call_of(servers.port, seconds=0.05), "unreachable")
            assert pool.usable


async def test_a_cancelled_call_gives_its_place_back() -> None:
    """And speaks against nobody."""
    with replicas(A) as servers:
        server = servers.servers[A]
        server.answer = server.never
        async with pool_of(A, limits=ONE_FAILURE) as pool:
            call = asyncio.create_task(pool.call(call_of(servers.port)))
            await asyncio.sleep(0.05)
            assert pool.free == 1
            call.cancel()
            await asyncio.wait([call])
            assert (pool.free, pool.usable) == (2, True)


# HTTPS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, for the name `model.invalid`."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=model.invalid"
        f" -addext subjectAltName=DNS:model.invalid -keyout {path}.key -out {path}.crt"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    path.write_bytes(b"".join(Path(f"{path}.{end}").read_bytes() for end in ("key", "crt")))
    return path


@asynccontextmanager
async def tls_server(certificate: Path) -> AsyncIterator[int]:
    """Run a server that speaks TLS, and answers every request alike."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(reply(OK).raw)
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(serve, A, 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("name", ["model.invalid", "another.invalid"])
async def test_a_certificate_is_checked_against_the_name(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Not against the address that is called; a certificate for another name is refused."""
    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    async with tls_server(certificate) as port, pool_of(A) as pool:
        deadline = asyncio.get_running_loop().time() + 5
        call = Call("POST", f"https://{name}:{port}/", {}, deadline, 1000, read_ok, b"{}")
        if name == "model.invalid":
            assert (await pool.call(call)).body == OK
        else:
            await assert_unavailable(pool, call, "unreachable", "Certificate")
