"""What a client sends, parsed within bounds: heads, what frames a body, requests sent ahead.

uvicorn bounds none of it: a head or trailers without end are read and kept until memory is gone,
and so are requests that come faster than they are answered.
"""

import asyncio
from functools import partial
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from kit.errors import BodyTooLarge, HeadTooLarge, Malformed, ServiceError, Unavailable
from kit.pipelining import InTurn

_begin = HttpToolsProtocol.on_headers_complete  # `super()` would be half of what we cost
_take = HttpToolsProtocol.on_body
_MOST_AHEAD = 64
"""Most requests that may wait behind the one in work, on one connection."""


class _Dropped(list[tuple[bytes, bytes]]):
    """Where trailers go: HTTP allows them to be ignored, and nothing of ours reads them."""

    def append(self, _: tuple[bytes, bytes], /) -> None:
        """Do nothing."""


_TRAILERS = _Dropped()


class BoundedParsing(HttpToolsProtocol):
    """A connection of which no more is parsed and kept than it may send."""

    flow: InTurn

    # Not in the instance's dictionary: beyond 30 keys Python makes it a slower one, and uvicorn's
    # own are 28.
    __slots__ = ("_body_bytes", "_most", "_refused", "_room")

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        max_head_bytes: int,
    ) -> None:
        """Take what uvicorn gives, and the longest request line and headers together."""
        super().__init__(config, server_state, app_state, _loop)
        self._most = max_head_bytes
        self._room = max_head_bytes
        """How many bytes may still come without a whole head, or as much body, among them; none
        once refused."""
        self._body_bytes = 0
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.flow = InTurn(transport, self.loop, self.pipeline)

    def refuse(self, _: ServiceError) -> None:
        """Parse no more of what comes."""
        self._refused = True
        self._room = 0

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if len(data) > self._room:
            self._parse_in_pieces(data)
        else:
            self._parse_piece(data)

    def _parse_in_pieces(self, data: bytes) -> None:
        """Parse as much at a time as a head may have, so that a longer one is seen."""
        while data and not self._refused:
            if self.pipeline:
                self.flow.hold(partial(self.data_received, data))
                return
            if self._room == 0 and not self._is_in_body():
                msg = f"request line and headers have more than {self._most} bytes"
                self.refuse(HeadTooLarge(msg))
                return
            size = self._most if self._is_in_body() else self._room
            piece, data = data[:size], data[size:]
            self._parse_piece(piece)

    def _parse_piece(self, data: bytes) -> None:
        cycle, scope, body_bytes = self.cycle, self.scope, self._body_bytes
        self._parse(data)
        if self._refused:
            return
        if self.cycle is not cycle:
            self._room = self._most
        else:
            self._count(len(data), self._body_bytes - body_bytes, new=self.scope is not scope)

    def _count(self, size: int, body: int, *, new: bool) -> None:
        """Take from the room what came without a whole head.

        Args:
            size: How many bytes came.
            body: How many of them were a body's.
            new: Whether a head begins among them.
        """
        if self._is_in_head():
            self._room = (self._most if new else self._room) - (size - body)
        elif not self.cycle.more_body:
            self._room = self._most
        else:
            self._room = min(self._most, self._room - size + 2 * body)
            if self._room < 0:
                msg = f"the body's chunks have over {self._most} bytes more than there is in them"
                self.refuse(BodyTooLarge(msg))

    def _parse(self, data: bytes) -> None:
        # uvicorn's own would log a line at each of these, as often as a client likes.
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade:
            pass  # we speak nothing else, and the request is answered as any other
        except HttpParserError as error:
            cause = error.__context__
            if not isinstance(cause, ServiceError):
                cause = Malformed("Invalid HTTP request received.")
            self.refuse(cause)

    def on_headers_complete(self) -> None:
        """Begin a request. Called by the parser."""
        if len(self.pipeline) == _MOST_AHEAD:
            msg = f"{_MOST_AHEAD} requests wait for their turn already"
            raise Unavailable(msg)  # ends the parsing
        _begin(self)
        self.headers = _TRAILERS

    def on_body(self, body: bytes) -> None:
        """Take a part of a body. Called by the parser."""
        self._body_bytes += len(body)
        _take(self, body)

    def _is_in_head(self) -> bool:
        """Return whether no request, or only a part of a head, has come since the last one."""
        # A message begins with a new scope, and a head that is whole makes the cycle of it.
        return self.cycle is None or self.cycle.scope is not self.scope

    def _is_in_body(self) -> bool:
        return not self._is_in_head() and self.cycle.more_body
