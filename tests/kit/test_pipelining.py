"""Clients that send ahead of their answers, over real sockets."""

import asyncio

from fixtures.http_server import (
    HEAD,
    REQUEST,
    Connect,
    Server,
    padded,
)


async def test_requests_in_one_piece_are_each_within_the_bound(connect: Connect) -> None:
    """Fifty pipelined requests, together far longer than a head may be, are all answered."""
    client = await connect()
    client.writer.write(REQUEST * 50)
    await client.answers(50)


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
