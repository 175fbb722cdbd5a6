"""What is written to a connection, and in how many pieces."""

import asyncio
import logging
from typing import Any, cast

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from fixtures.http_server import DONE, Connect
from kit.http_writing import Joined


class Recorder(asyncio.Transport):
    """A transport that keeps what is written, piece by piece."""

    def __init__(self) -> None:
        """Begin open, with nothing written."""
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        """Keep a piece."""
        assert not self.closed
        self.pieces.append(bytes(data))

    def is_closing(self) -> bool:
        """Return whether it was closed."""
        return self.closed

    def close(self) -> None:
        """Take no more."""
        self.closed = True


class Connection:
    """A connection of which only the answers are there."""

    def __init__(self) -> None:
        """Begin with nothing written."""
        self.transport = Recorder()
        self.writing = Joined(self.transport)

    def cycle(self, method: str = "POST", *, waits: bool = False) -> RequestResponseCycle:
        """Return the cycle of a request; whether its client waits to be told to send."""
        cycle = RequestResponseCycle(
            cast("Any", {"method": method}),
            self.transport,
            FlowControl(self.transport),
            logging.getLogger(),
            logging.getLogger(),
            access_log=False,
            default_headers=[],
            message_event=asyncio.Event(),
            expect_100_continue=waits,
            keep_alive=True,
            on_response=self.writing.flush,
        )
        self.writing.begin(cycle)
        return cycle


async def answer(cycle: RequestResponseCycle, *parts: bytes, length: int | None = None) -> None:
    """Answer with a body in parts."""
    size = sum(map(len, parts)) if length is None else length
    headers = [(b"content-length", b"%d" % size)]
    await cycle.send({"type": "http.response.start", "status": 200, "headers": headers})
    for i, part in enumerate(parts, 1):
        more = i < len(parts)
        await cycle.send({"type": "http.response.body", "body": part, "more_body": more})


async def test_an_answer_is_one_piece() -> None:
    """Head and body together, of each of a connection's requests."""
    connection = Connection()
    for i in (1, 2):
        await answer(connection.cycle(), b"abc")
        pieces = connection.transport.pieces
        assert len(pieces) == i
        assert pieces[-1].startswith(DONE)
        assert pieces[-1].endswith(b"\r\n\r\nabc")


async def test_a_body_in_parts() -> None:
    """The first takes the head along; the others go as they come."""
    connection = Connection()
    await answer(connection.cycle(), b"a", b"b", b"c")
    assert [piece[-1:] for piece in connection.transport.pieces] == [b"a", b"b", b"c"]


async def test_a_body_that_begins_like_an_answer() -> None:
    """What is held is told by its place, not by what it looks like."""
    connection = Connection()
    await answer(connection.cycle(), b"x", DONE)
    assert connection.transport.pieces[1:] == [DONE]


async def test_an_answer_without_a_body() -> None:
    """Its head goes out when it is complete."""
    connection = Connection()
    await answer(connection.cycle("HEAD"), b"", length=3)
    (head,) = connection.transport.pieces
    assert head.endswith(b"content-length: 3\r\n\r\n")


@pytest.mark.parametrize("waits", [True, False])
async def test_leave_to_send(*, waits: bool) -> None:
    """It goes out at once, and before the answer."""
    connection = Connection()
    cycle = connection.cycle(waits=waits)
    cycle.message_event.set()
    await cycle.receive()
    leave = [b"HTTP/1.1 100 Continue\r\n\r\n"] if waits else []
    assert connection.transport.pieces == leave
    await answer(cycle, b"abc")
    assert len(connection.transport.pieces) == len(leave) + 1


async def test_closing_writes_what_is_held() -> None:
    """A head whose body never came, as from an app that died, is not kept from the client."""
    connection = Connection()
    await answer(connection.cycle(), length=3)
    assert not connection.transport.pieces
    connection.writing.close()
    assert len(connection.transport.pieces) == 1
    assert connection.transport.closed
    assert connection.writing.is_closing()


async def test_over_a_socket(connect: Connect) -> None:
    """HEAD and a client that waits for leave are answered, and the connection goes on."""
    client = await connect()
    await client.send(b"HEAD / HTTP/1.1\r\n\r\n")
    assert DONE in await client.until(rb"\r\n\r\n")
    await client.send(b"POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n")
    assert await client.until(rb"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    await client.send(b"abc")
    assert DONE in await client.until(rb"\r\n\r\n3")
