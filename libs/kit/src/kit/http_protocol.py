"""HTTP/1.1 connections within bounds: how long a head may be and take, how many there may be.

uvicorn bounds none of it: a head without end was read and kept until memory was gone, and a client
that sends a byte now and then held its connection for ever. Bodies are bounded in `kit.body`.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from kit.errors import HeadTooLarge, HeadTooSlow, Malformed, ServiceError, Unavailable
from kit.hot import GONE
from kit.http_metrics import Answered
from kit.problems import problem_of

_parse = HttpToolsProtocol.data_received  # `super()` would be half of what we cost
_LINGER_SECONDS = 1.0
"""How long a refused client may go on sending, unheard: closed at once, its system could throw the
answer away before it is read."""


@dataclass(frozen=True)
class Bounds:
    """What a client may ask of a server before it is served."""

    max_head_bytes: int
    """Longest request line and headers together."""

    head_seconds: float
    """How long a client may take to send them, in seconds."""

    max_connections: int
    """Most connections at once."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection. What is refused here is answered with a problem, and then closed.

    Times are kept by `sweep`, not by timers, for a timer at every request costs more than all of
    this.
    """

    # Not in the instance's dictionary: beyond 30 keys Python makes it a slower one, and uvicorn's
    # own are 28.
    __slots__ = ("_answered", "_awaited", "_bounds", "_most", "_refused", "_room", "_since")

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        bounds: Bounds,
        answered: Answered,
    ) -> None:
        """Take what uvicorn gives; what is refused is counted in `answered`."""
        super().__init__(config, server_state, app_state, _loop)
        self._bounds = bounds
        self._answered = answered
        self._most = bounds.max_head_bytes
        self._room = self._most
        """How many bytes may still come without a whole head among them; none once refused."""
        self._refused = False
        self._awaited: object = None
        self._since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many connections; one that stays silent is an idle one."""
        super().connection_made(transport)
        if len(self.connections) > self._bounds.max_connections:
            msg = f"there are {self._bounds.max_connections} connections already"
            self._refuse(Unavailable(msg))
            transport.close()
            return
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """End; whoever works for the client may stop."""
        cycle = self.cycle
        super().connection_lost(exc)
        if cycle is not None and not cycle.response_complete:
            scope = cast("Scope", cycle.scope)
            if (abandon := scope.get(GONE)) is not None:
                abandon()

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if len(data) > self._room:
            self._parse_in_pieces(data)
            return
        before = self.cycle
        _parse(self, data)
        if self.cycle is not before:
            self._room = self._most
        elif self._is_in_head():
            self._room -= len(data)

    def _parse_in_pieces(self, data: bytes) -> None:
        """Parse as much at a time as a head may have, so that a longer one is seen."""
        while data and not self._refused:
            if self._is_in_body():
                _parse(self, data)
                return
            if self._room == 0:
                msg = f"request line and headers have more than {self._most} bytes"
                self._refuse(HeadTooLarge(msg))
                return
            piece, data = data[: self._room], data[self._room :]
            self.data_received(piece)

    def _is_in_head(self) -> bool:
        """Return whether no request, or only a part of a head, has come since the last one."""
        # A message begins with a new scope, and a head that is whole makes the cycle of it.
        return self.cycle is None or self.cycle.scope is not self.scope

    def _is_in_body(self) -> bool:
        return not self._is_in_head() and self.cycle.more_body

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP. Called by uvicorn."""
        self._refuse(Malformed(msg))

    def _refuse(self, error: ServiceError) -> None:
        """Answer with a problem, hear no more, and close; what is in work is answered first."""
        if self._refused:
            return
        self._refused = True
        self._room = 0
        response = problem_of(error)
        self._answered.count("", response.status_code)
        if self._is_in_work():
            self.cycle.keep_alive = False
            return
        headers = (*self.server_state.default_headers, *response.raw_headers)
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[response.status_code] + head)
        self.transport.write(b"connection: close\r\n\r\n" + bytes(response.body))
        self.transport.write_eof()

    def _is_in_work(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def last_answer(self) -> None:
        """Let the answer to the request in work, if it is not begun, be the last one here."""
        if self._is_in_work() and not self.cycle.response_started:
            self.cycle.keep_alive = False

    def sweep(self, now: float) -> None:
        """End the connection if it has waited too long for its client. To be called every second.

        Args:
            now: The time, in seconds from any moment on.
        """
        closing = self.transport.is_closing()
        if not closing and (self._is_in_work() or self.timeout_keep_alive_task is not None):
            self._awaited = None
            return
        # Its end, the rest of one head, or what is neither: empty lines, a body nobody waits for.
        awaited = self.transport if closing else self.scope or self
        if awaited is not self._awaited:
            self._awaited, self._since = awaited, now
        elif now - self._since >= (_LINGER_SECONDS if self._refused else self._bounds.head_seconds):
            self._give_up(closing=closing)

    def _give_up(self, *, closing: bool) -> None:
        if closing or self._refused:
            self.transport.abort()
        elif self.scope is not None and self._is_in_head():
            msg = f"request line and headers did not arrive within {self._bounds.head_seconds:g} s"
            self._refuse(HeadTooSlow(msg))
        else:
            self.transport.close()
