"""Requests that a client sends ahead of their answers: read no faster than they are answered."""

import asyncio
from collections.abc import Callable, Sized

from uvicorn.protocols.http.flow_control import FlowControl

Parse = Callable[[], None]


class InTurn(FlowControl):
    """When to read from a connection: not while a request waits behind the one in work.

    uvicorn's own reads on at each answer, so that a client which sends on and on and reads nothing
    fills the memory.
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, waiting: Sized
    ) -> None:
        """Read from `transport` while no request is `waiting`."""
        super().__init__(transport)
        self._loop = loop
        self._waiting = waiting
        self._held: Parse | None = None

    def hold(self, parse: Parse) -> None:
        """Put off the parsing of what has been read until no request waits any more."""
        self._held = parse

    def resume_reading(self) -> None:
        """Read on if it is time to. Called by uvicorn for each body and after each answer."""
        if not self.read_paused or self._waiting:
            return
        if self._held is None:
            super().resume_reading()
        else:
            # Not here: uvicorn would begin two requests at once.
            self._loop.call_soon(self._parse_held)

    def _parse_held(self) -> None:
        if self._held is None or self._waiting or self._transport.is_closing():
            return
        parse, self._held = self._held, None
        super().resume_reading()  # first, for a long body pauses it again
        parse()
