"""A server with small bounds, and clients that do not keep to them, over real sockets."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from kit.http_metrics import Answered
from kit.http_protocol import BoundedProtocol, Bounds
from kit.problems import MEDIA_TYPE, Problem
from kit.tally import Tally

HEAD = 1024
CONNECTIONS = 3
REQUEST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
DONE = b"HTTP/1.1 200 OK"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the length of the body; to `/early` before it comes, to `/late` at a signal.

    To `/headers` with how many headers there are when the body has come.
    """
    size, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        more = message["more_body"]
    if scope["path"] == "/late":
        await scope["state"]["may_answer"].wait()
    body = b"%d" % (len(scope["headers"]) if scope["path"] == "/headers" else size)
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Server:
    """A server on loopback whose sweeps the test makes."""

    def __init__(self, max_head_bytes: int = HEAD) -> None:
        """Prepare it, with bounds for tests."""
        labels = ["method", "route", "status"]
        self.requests = Tally("requests", "Requests.", labels, registry=CollectorRegistry())
        bounds = Bounds(max_head_bytes, head_seconds=10, max_connections=CONNECTIONS)
        http = partial(BoundedProtocol, bounds=bounds, answered=Answered(self.requests, "none"))
        self.config = uvicorn.Config(
            echo,
            http=http,  # type: ignore[arg-type]
            ws="none",
            log_config=None,
            access_log=False,
        )
        self.config.load()
        self.state = uvicorn.server.ServerState()
        self.may_answer = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen within the block."""
        loop = asyncio.get_running_loop()
        app_state = {"may_answer": self.may_answer}
        protocol = partial(self.config.http_protocol_class, self.config, self.state, app_state)  # type: ignore[call-arg]
        server = await loop.create_server(protocol, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield
        server.close()
        for connection in list(self.state.connections):
            connection.transport.abort()
        await server.wait_closed()

    def sweep(self, now: float) -> None:
        """Do what a listener does every second."""
        for connection in list(self.state.connections):
            assert isinstance(connection, BoundedProtocol)
            connection.sweep(now)

    def connection(self) -> BoundedProtocol:
        """Return the only connection."""
        (connection,) = self.state.connections
        assert isinstance(connection, BoundedProtocol)
        return connection

    def refused(self) -> dict[str, float]:
        """Return how many were refused, by status."""
        return {
            sample.labels["status"]: sample.value
            for metric in self.requests.collect()
            for sample in metric.samples
            if sample.name == "requests_total"
        }


class Client:
    """A connection to it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the two ends."""
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        """Send each piece by itself, and let the server see it by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.01)

    async def until(self, pattern: bytes) -> bytes:
        """Read until a pattern has come."""
        found = b""
        async with asyncio.timeout(10):
            while not re.search(pattern, found, re.DOTALL):
                more = await self.reader.read(65536)
                assert more, found
                found += more
        return found

    async def answers(self, count: int) -> None:
        """Read until so many answers with 200 have come."""
        found = b""
        async with asyncio.timeout(20):
            while found.count(DONE) < count:
                more = await self.reader.read(65536)
                assert more, found
                found += more

    async def rest(self) -> bytes:
        """Return all that comes until the server closes."""
        async with asyncio.timeout(10):
            return await self.reader.read()


Connect = Callable[[], Awaitable[Client]]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server."""
    server = Server()
    async with server.running():
        yield server


@pytest.fixture
async def connect(server: Server) -> AsyncIterator[Connect]:
    """Opens connections to it."""
    clients: list[Client] = []

    async def connect() -> Client:
        clients.append(Client(*await asyncio.open_connection("127.0.0.1", server.port)))
        return clients[-1]

    yield connect
    for client in clients:
        client.writer.close()


def problem(answer: bytes, status: int) -> str:
    """Return the detail of a problem that closes the connection, after checking that it is one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert lines[0].startswith(f"http/1.1 {status} ")
    assert {f"content-type: {MEDIA_TYPE}", "connection: close"} <= set(lines)
    assert f"content-length: {len(body)}" in lines
    return msgspec.json.decode(body, type=Problem).detail


def padded(size: int) -> bytes:
    """Return a request whose head has so many bytes."""
    start, end = b"GET / HTTP/1.1\r\nhost: x\r\na: ", b"\r\n\r\n"
    return start + b"x" * (size - len(start) - len(end)) + end


async def test_a_head_within_the_bound_is_served(connect: Connect) -> None:
    """At once or in pieces, the first or a later one of its connection."""
    client = await connect()
    for pieces in ([padded(HEAD)], [padded(HEAD)[:100], padded(HEAD)[100:]], [REQUEST]):
        await client.send(*pieces)
        assert DONE in await client.until(rb"\r\n\r\n\d")


@pytest.mark.parametrize("size", [HEAD + 1, 20 * HEAD, 300 * HEAD])
@pytest.mark.parametrize("step", [1 << 20, 700])
async def test_a_longer_head_is_refused(
    connect: Connect, server: Server, size: int, step: int
) -> None:
    """With 431 and a problem, also when all of it comes at once; it is counted."""
    client = await connect()
    head = padded(size)
    client.writer.writelines(head[at : at + step] for at in range(0, size, step))
    detail = problem(await client.rest(), 431)
    assert detail == f"request line and headers have more than {HEAD} bytes"
    assert server.refused() == {"431": 1}


async def test_a_head_without_end_is_not_kept(connect: Connect, server: Server) -> None:
    """Whatever a refused client sends on is dropped, and soon the connection is cut."""
    client = await connect()
    await client.send(b"GET / HTTP/1.1\r\na: " + b"x" * HEAD, b"x" * HEAD)
    connection = server.connection()
    await client.send(b"x" * HEAD, b"\r\n\r\n" + REQUEST)
    assert connection.cycle is None
    server.sweep(0)
    server.sweep(1)
    await asyncio.sleep(0.05)
    assert not server.state.connections


@pytest.mark.parametrize("size", [HEAD - 20, HEAD + 1, 100 * HEAD])
async def test_a_body_is_not_bounded_here(connect: Connect, size: int) -> None:
    """A body of any length after a head within the bound, twice, in two pieces and at once."""
    client = await connect()
    request = b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % size + b"x" * size
    for pieces in (
        [request],
        [request[:20], request[20:]],
        [request[: HEAD // 2], request[HEAD // 2 :]],
    ):
        await client.send(*pieces)
        assert (await client.until(rb"\r\n\r\n\d+")).endswith(b"%d" % size)


async def test_requests_in_one_piece_are_each_within_the_bound(connect: Connect) -> None:
    """Fifty pipelined requests, together far longer than a head may be, are all answered."""
    client = await connect()
    client.writer.write(REQUEST * 50)
    await client.answers(50)


CHUNKED = b"POST %b HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("end", [b"", b"a: b\r\n" * 20])
async def test_trailers_are_read_and_dropped(connect: Connect, end: bytes) -> None:
    """Those within the bound are no headers of their request, and leave the next one alone."""
    client = await connect()
    for _ in range(2):
        await client.send(CHUNKED % b"/headers", b"2;a=b\r\nab\r\n0\r\n" + end + b"\r\n")
        assert (await client.until(rb"\r\n\r\n\d+")).endswith(b"\r\n1")


ENDLESS = {
    "trailers": (b"2\r\nab\r\n0\r\n", b"a: b\r\n" * 100),
    "a trailer": (b"2\r\nab\r\n0\r\na: ", b"x" * 700),
    "an extension": (b"2;", b"x" * 700),
    "small chunks": (b"", b"1\r\nx\r\n" * 100),
}


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("step", [1, 100])
async def test_what_frames_a_body_is_bounded(
    connect: Connect, server: Server, name: str, step: int
) -> None:
    """A client that sends on and on beside its body is answered with 413, and heard no more."""
    client = await connect()
    begin, more = ENDLESS[name]
    await client.send(CHUNKED % b"/" + begin, *[more * step] * 4)
    detail = problem(await client.rest(), 413)
    assert detail == f"the body's chunks have over {HEAD} bytes more than there is in them"
    assert server.refused() == {"413": 1}
    cycle = server.connection().cycle
    assert len(cycle.body) <= HEAD
    assert cycle.scope["headers"] == [(b"transfer-encoding", b"chunked")]
    server.sweep(0)
    server.sweep(1)
    await asyncio.sleep(0.05)
    assert not server.state.connections


async def test_what_frames_a_body_may_grow_with_it(connect: Connect) -> None:
    """Chunks of a hundred bytes, to far more than a head may have in framing."""
    client = await connect()
    chunk = b"64\r\n" + b"x" * 100 + b"\r\n"
    client.writer.write(CHUNKED % b"/" + chunk * 1000 + b"0\r\n\r\n")
    assert (await client.until(rb"\r\n\r\n\d+")).endswith(b"100000")


async def test_what_frames_a_body_that_nobody_waits_for(connect: Connect, server: Server) -> None:
    """It is bounded too; the request has its answer, and there is no second one."""
    client = await connect()
    await client.send(CHUNKED % b"/early")
    await client.until(rb"\r\n\r\n0")
    await client.send(b"2;", b"x" * 3000)
    assert await client.rest() == b""
    assert server.refused() == {"413": 1}


@pytest.mark.parametrize("size", [10, HEAD - 100, HEAD - 10, HEAD, 50 * HEAD])
async def test_a_body_takes_no_room_from_the_next_head(connect: Connect, size: int) -> None:
    """Also when that head begins in the piece in which the body ends."""
    client = await connect()
    await client.send(b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % size)
    head = padded(HEAD)
    await client.send(b"x" * size + head[:30], head[30:])
    await client.answers(2)


@pytest.mark.parametrize("ahead", [64, 65, 800])
async def test_too_many_requests_ahead(ahead: int) -> None:
    """Sixty-four may wait behind the one in work; beyond, the connection closes after them."""
    server = Server(max_head_bytes=16 * HEAD)
    async with server.running():
        client = Client(*await asyncio.open_connection("127.0.0.1", server.port))
        await client.send(b"GET /late HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n" * ahead)
        assert len(server.connection().pipeline) == 64
        server.may_answer.set()
        if ahead == 64:
            await client.answers(65)
            assert server.refused() == {}
        else:
            answer = await client.rest()
            assert answer.count(DONE) == answer.count(b"HTTP/1.1") == 65
            assert answer.count(b"connection: close") == 1
            assert server.refused() == {"503": 1}
        client.writer.close()


async def test_requests_ahead_wait_unparsed(connect: Connect, server: Server) -> None:
    """However many come, only those in one piece of a head's length are more than bytes."""
    client = await connect()
    client.writer.write(b"GET /late HTTP/1.1\r\n\r\n" + padded(HEAD // 2) * 2000)
    await asyncio.sleep(0.1)
    connection = server.connection()
    assert len(connection.pipeline) <= 2
    assert connection.flow.read_paused
    server.may_answer.set()
    await client.answers(2001)
    await client.send(REQUEST)
    await client.answers(1)


async def test_bodies_ahead_wait_unread(connect: Connect, server: Server) -> None:
    """The body of a request that waits for its turn is not read beyond one piece."""
    client = await connect()
    size = 30_000_000
    await client.send(b"GET /late HTTP/1.1\r\n\r\n")
    client.writer.write(b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % size)
    client.writer.write(b"x" * size)
    await asyncio.sleep(0.1)
    assert len(server.connection().cycle.body) <= HEAD
    server.may_answer.set()
    assert (await client.until(rb"\r\n\r\n\d{2,}")).endswith(b"%d" % size)


async def test_who_sends_ahead_and_does_not_read(connect: Connect, server: Server) -> None:
    """Its answers back up, and it is cut after a head's time."""
    client = await connect()
    client.reader._transport.pause_reading()  # type: ignore[attr-defined]
    connection = None
    while connection is None or not connection.flow.write_paused:
        client.writer.write(REQUEST * 1000)
        await asyncio.sleep(0.01)
        connection = server.connection()
        assert len(connection.pipeline) <= 64
    server.sweep(0)
    server.sweep(9)
    assert not connection.transport.is_closing()
    server.sweep(10)
    await asyncio.sleep(0.05)
    assert not server.state.connections


BODY = b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n"


@given(
    cuts=st.lists(st.integers(1, 400), max_size=5),
    sizes=st.lists(st.integers(60, HEAD), max_size=4),
)
async def test_where_requests_are_cut_changes_nothing(cuts: list[int], sizes: list[int]) -> None:
    """Any requests within the bound, cut anywhere, are all answered."""
    server = Server()
    async with server.running():
        client = Client(*await asyncio.open_connection("127.0.0.1", server.port))
        stream = REQUEST.join(padded(size) + BODY % size + b"x" * size for size in sizes) + REQUEST
        for cut in cuts:
            client.writer.write(stream[:cut])
            stream = stream[cut:]
            await asyncio.sleep(0)
        client.writer.write(stream)
        await client.answers(2 * len(sizes) + max(len(sizes), 1))
        client.writer.close()


async def test_a_head_that_does_not_end_in_time(connect: Connect, server: Server) -> None:
    """It is answered with 408, however often a byte comes."""
    client = await connect()
    await client.send(b"GET / HTTP/1.1\r\n")
    for now in range(10):
        server.sweep(now)
        await client.send(b"a")
    server.sweep(10)
    assert problem(await client.rest(), 408).endswith("did not arrive within 10 s")
    assert server.refused() == {"408": 1}


async def test_a_second_head_has_its_own_time(connect: Connect, server: Server) -> None:
    """A connection that is seen between two heads each time is not slow."""
    client = await connect()
    for now in (0, 9, 18, 27):
        await client.send(REQUEST[:20])
        server.sweep(now)
        await client.send(REQUEST[20:])
        assert DONE in await client.until(rb"\r\n\r\n3")
    assert server.refused() == {}


async def test_a_silent_connection_is_an_idle_one(connect: Connect, server: Server) -> None:
    """It is kept as long as one after an answer, and closed without a word."""
    server.config.timeout_keep_alive = 1
    silent = await connect()
    served = await connect()
    await served.send(REQUEST)
    for now in range(0, 100, 10):
        server.sweep(now)
    assert DONE in await served.until(rb"\r\n\r\n3")
    assert await silent.rest() == await served.rest() == b""


@pytest.mark.parametrize("drip", [b"\r\n", b"x"])
async def test_neither_idle_nor_in_a_head(connect: Connect, server: Server, drip: bytes) -> None:
    """Empty lines, or a body that nobody waits for, do not hold a connection for ever."""
    client = await connect()
    if drip == b"x":
        await client.send(b"POST /early HTTP/1.1\r\ncontent-length: 1000\r\n\r\n")
        await client.until(rb"\r\n\r\n0")
    for now in range(10):
        await client.send(drip)
        server.sweep(now)
    server.sweep(10)
    assert await client.rest() == b""


async def test_work_takes_its_time(connect: Connect, server: Server) -> None:
    """A request that has come whole is ours to end, not the client's."""
    client = await connect()
    await client.send(b"GET /late HTTP/1.1\r\n\r\n")
    for now in range(0, 100, 10):
        server.sweep(now)
    server.may_answer.set()
    assert DONE in await client.until(rb"\r\n\r\n0")


async def test_what_is_not_http_is_a_problem_too(connect: Connect, server: Server) -> None:
    """400 in the form of all our errors; uvicorn's own would be plain text."""
    client = await connect()
    await client.send(b"SPAM\r\n\r\n")
    assert problem(await client.rest(), 400) == "Invalid HTTP request received."
    assert server.refused() == {"400": 1}


@pytest.mark.parametrize("what", [b"SPAM", b"GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: x"])
async def test_no_client_fills_the_log(
    connect: Connect, caplog: pytest.LogCaptureFixture, what: bytes
) -> None:
    """What is not HTTP, or asks for another protocol, is answered and not worth a line."""
    client = await connect()
    await client.send(what + b"\r\n\r\n")
    await client.until(rb"\r\n\r\n.")
    assert not caplog.records


async def test_the_request_before_it_is_answered(connect: Connect, server: Server) -> None:
    """A refusal neither breaks into an answer nor takes its place; then the connection closes."""
    client = await connect()
    await client.send(b"GET /late HTTP/1.1\r\n\r\n", b"SPAM\r\n\r\n", padded(2 * HEAD))
    server.may_answer.set()
    answer = await client.rest()
    assert answer.startswith(DONE)
    assert answer.count(b"HTTP/1.1") == 1
    assert b"connection: close" in answer


async def test_too_many_connections(connect: Connect, server: Server) -> None:
    """One more than the bound is answered with 503 and closed; the others go on."""
    clients = [await connect() for _ in range(CONNECTIONS)]
    await asyncio.sleep(0.01)
    answer = await (await connect()).rest()
    assert problem(answer, 503) == f"there are {CONNECTIONS} connections already"
    assert b"retry-after: 1\r\n" in answer
    await clients[0].send(REQUEST)
    assert DONE in await clients[0].until(rb"\r\n\r\n3")
    clients[1].writer.close()
    await asyncio.sleep(0.01)
    later = await connect()
    await later.send(REQUEST)
    assert DONE in await later.until(rb"\r\n\r\n3")
    assert server.refused() == {"503": 1}


async def test_who_does_not_read_does_not_hold_a_connection(
    connect: Connect, server: Server
) -> None:
    """One that closes, and cannot for what is still unread, is cut."""
    client = await connect()
    await client.send(REQUEST)
    connection = server.connection()
    client.reader._transport.pause_reading()  # type: ignore[attr-defined]
    connection.transport.write(b"x" * 50_000_000)
    connection.transport.close()
    server.sweep(0)
    await asyncio.sleep(0.05)
    assert server.state.connections
    server.sweep(10)
    await asyncio.sleep(0.05)
    assert not server.state.connections
