"""One address that a service listens on: uvicorn, set up as every service of ours has it."""

import time
from functools import partial
from typing import cast

import uvicorn

from kit.app import Service
from kit.http_protocol import BoundedProtocol, Bounds
from kit.settings import WebSettings

_TICKS = 10
"""Ticks a second."""


class Listener(uvicorn.Server):
    """Serves an app at one address, over connections that are bounded."""

    def __init__(self, app: Service, settings: WebSettings, host: str, port: int) -> None:
        """Prepare to listen on `host` and `port`."""
        super().__init__(_config(app, settings, host, port))

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections. Called ten times a second."""
        if counter % _TICKS == 0:
            now = time.monotonic()
            for connection in self._connections():
                connection.sweep(now)
        return await super().on_tick(counter)

    def last_answers(self) -> None:
        """Have each connection closed with the next answer, and let that say so.

        A client then opens its next connection elsewhere, and not even a request that crosses with
        the close of an idle connection is lost.
        """
        goodbye = (b"connection", b"close")
        self.config.encoded_headers.append(goodbye)
        self.server_state.default_headers = [*self.server_state.default_headers, goodbye]
        for connection in self._connections():
            connection.last_answer()

    def _connections(self) -> list[BoundedProtocol]:
        return cast("list[BoundedProtocol]", list(self.server_state.connections))


def _config(app: Service, settings: WebSettings, host: str, port: int) -> uvicorn.Config:
    bounds = Bounds(settings.max_head_bytes, settings.head_seconds, settings.max_connections)
    protocol = partial(BoundedProtocol, bounds=bounds, answered=app.answered)
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=protocol,  # type: ignore[arg-type]  # it is only called, and returns a protocol
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing of ours asks who the client is
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
