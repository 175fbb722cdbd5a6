"""Answers as they are written to a connection: a head goes out with the body that follows it.

uvicorn writes them one after the other, and uvloop sends each at once: two system calls and two
packets for an answer, and a client that is woken twice to read it.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class Joined:
    """What the cycles of a connection write to, in place of its transport.

    ASGI asks for no less: nothing of an answer is to be sent before a part of its body is there.
    """

    __slots__ = ("_cycle", "_head", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        """Write to `transport`."""
        self._transport = transport
        self._cycle: RequestResponseCycle | None = None
        """The one whose head has not been written yet."""
        self._head = b""
        self.is_closing = transport.is_closing

    def begin(self, cycle: RequestResponseCycle) -> None:
        """Have the answer of `cycle` written here; those before it are complete."""
        self._cycle = cycle
        cycle.transport = self  # type: ignore[assignment]  # it uses no more of one than there is

    def write(self, data: bytes) -> None:
        """Write a part of an answer, or hold it if it is the head."""
        if self._cycle is None:
            if self._head:
                data, self._head = self._head + data, b""
            self._transport.write(data)
        elif self._cycle.response_started:
            self._head, self._cycle = data, None
        else:
            self._transport.write(data)  # "100 Continue"

    def flush(self) -> None:
        """Write a head that no body follows, as after HEAD."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""

    def close(self) -> None:
        """Close the transport when all is written."""
        self.flush()
        self._transport.close()
