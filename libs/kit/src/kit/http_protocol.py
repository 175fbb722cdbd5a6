"""HTTP/1.1 connections within bounds: how many there may be, and how long they wait for a client.

With uvicorn's own, a client that sends a byte now and then holds its connection for ever. How much
may come is bounded in `kit.http_parsing`, and bodies in `kit.body`.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from starlette.types import Scope
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle
from uvicorn.server import ServerState

from kit.errors import HeadTooSlow, ServiceError, Unavailable
from kit.hot import GONE
from kit.http_metrics import Answered
from kit.http_parsing import BoundedParsing
from kit.http_writing import Joined
from kit.problems import problem_of

_LINGER_SECONDS = 1.0
"""How long a refused client may go on sending, unheard: closed at once, its system could throw the
answer away before it is read."""
_MOMENT_SECONDS = 0.2
"""How long one that has connected has for a request of its own when the server ends."""


@dataclass(frozen=True)
class Bounds:
    """What a client may ask of a server before it is served."""

    max_head_bytes: int
    """Longest request line and headers together."""

    head_seconds: float
    """How long a client may take to send them, in seconds."""

    max_connections: int
    """Most connections at once."""


class BoundedProtocol(BoundedParsing):
    """A connection. What is refused here is answered with a problem, and then closed.

    Times are kept by `sweep`, not by timers, uvicorn's own for idle connections neither: a timer at
    every request costs more than all of this.
    """

    __slots__ = ("_answered", "_awaited", "_bounds", "_since", "_writing")

    _writing: Joined

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
        super().__init__(
            config, server_state, app_state, _loop, max_head_bytes=bounds.max_head_bytes
        )
        self._bounds = bounds
        self._answered = answered
        self._awaited: object = None
        self._since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many connections; one that stays silent is an idle one."""
        super().connection_made(transport)
        self._writing = Joined(transport)
        if len(self.connections) > self._bounds.max_connections:
            msg = f"there are {self._bounds.max_connections} connections already"
            self.refuse(Unavailable(msg))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; whoever works for the client may stop."""
        cycle = self.cycle
        super().connection_lost(exc)
        if cycle is not None and not cycle.response_complete:
            scope = cast("Scope", cycle.scope)
            if (abandon := scope.get(GONE)) is not None:
                abandon()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Begin to answer a request. Called by uvicorn."""
        self._writing.begin(cycle)
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Begin to answer the next request, if it is here already. Called by uvicorn."""
        self._writing.flush()
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def refuse(self, error: ServiceError) -> None:
        """Answer with a problem, hear no more, and close; what is in work is answered first."""
        if self._refused:
            return
        super().refuse(error)
        response = problem_of(error)
        self._answered.count("", response.status_code)
        if self._is_in_body() and self.cycle.response_complete:
            self.transport.write_eof()  # it has its answer
            return
        if self._is_in_work() and not self._gives_up_body():
            self.cycle.keep_alive = False
            return
        headers = (*self.server_state.default_headers, *response.raw_headers)
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[response.status_code] + head)
        self.transport.write(b"connection: close\r\n\r\n" + bytes(response.body))
        self.transport.write_eof()

    def _gives_up_body(self) -> bool:
        """Let the request in work end if it is one whose body cannot come; return whether it is."""
        cycle = self.cycle
        if self.pipeline or not cycle.more_body or cycle.response_started:
            return False
        cycle.disconnected = True
        cycle.message_event.set()
        return True

    def _is_in_work(self) -> bool:
        cycle = self.cycle
        return cycle is not None and not (cycle.response_complete or cycle.disconnected)

    def last_answer(self) -> None:
        """Let the answer to the request in work, if it is not begun, be the last one here."""
        if self._is_in_work() and not self.cycle.response_started:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Answer what is in work, and close. Called by uvicorn when the server ends.

        One that has only just connected may have a request on its way.
        """
        if self.cycle is None and not self._refused:
            self.loop.call_later(_MOMENT_SECONDS, self._end)
        else:
            self._end()

    def _end(self) -> None:
        if self._is_in_work():
            self.cycle.keep_alive = False
        else:
            self.transport.close()

    def sweep(self, now: float) -> None:
        """End the connection if it has waited too long for its client. To be called every second.

        Args:
            now: The time, in seconds from any moment on.
        """
        awaited, seconds = self._waits_for()
        if awaited is not self._awaited:
            self._awaited, self._since = awaited, now
        elif awaited is not None and now - self._since >= seconds:
            self._give_up(to_read=awaited is self.transport)

    def _waits_for(self) -> tuple[object, float]:
        """Return what only its client can bring about, and for how many seconds it may wait.

        It is None if the connection waits for nothing, and another object each time it begins to
        wait anew.
        """
        seconds = self._bounds.head_seconds
        if self.transport.is_closing() or self.flow.write_paused:
            return self.transport, _LINGER_SECONDS if self._refused else seconds
        if self._is_in_work():
            return None, 0
        if self._refused:
            return self.scope or self, _LINGER_SECONDS
        if self.scope is None:
            return self, self.timeout_keep_alive
        if self._is_in_head() or self.cycle.more_body:  # a body that nobody waits for
            return self.scope, seconds
        return self.cycle, self.timeout_keep_alive

    def _give_up(self, *, to_read: bool) -> None:
        if to_read or self._refused:
            self.transport.abort()
        elif self.scope is not None and self._is_in_head():
            msg = f"request line and headers did not arrive within {self._bounds.head_seconds:g} s"
            self.refuse(HeadTooSlow(msg))
        else:
            self.transport.close()
