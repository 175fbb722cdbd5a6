"""Clients that take their time, come in numbers or do not read, over real sockets."""

import asyncio

import pytest

from fixtures.http_server import (
    CONNECTIONS,
    DONE,
    HEAD,
    REQUEST,
    Connect,
    Server,
    padded,
    problem,
)


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
    server.config.timeout_keep_alive = 10
    client = await connect()
    if drip == b"x":
        await client.send(b"POST /early HTTP/1.1\r\ncontent-length: 1000\r\n\r\n")
        await client.until(rb"\r\n\r\n0")
    for now in range(10):
        await client.send(drip)
        server.sweep(now)
    server.sweep(10)
    assert await client.rest() == b""


async def test_idle_begins_anew_with_every_answer(connect: Connect, server: Server) -> None:
    """A connection that is seen between requests each time is not idle for long."""
    server.config.timeout_keep_alive = 10
    client = await connect()
    for now in (0, 9, 18, 27):
        await client.send(REQUEST)
        assert DONE in await client.until(rb"\r\n\r\n3")
        server.sweep(now)
    server.sweep(37)
    assert await client.rest() == b""


async def test_work_takes_its_time(connect: Connect, server: Server) -> None:
    """A request that has come whole is ours to end, not the client's."""
    client = await connect()
    await client.send(b"GET /late HTTP/1.1\r\n\r\n")
    for now in range(0, 100, 10):
        server.sweep(now)
    server.may_answer.set()
    assert DONE in await client.until(rb"\r\n\r\n0")


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
