"""What clients send that keep to no bounds, over real sockets."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.http_server import (
    DONE,
    HEAD,
    REQUEST,
    Client,
    Connect,
    Server,
    padded,
    problem,
)


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
