"""One address that a service listens on: uvicorn, set up as every service of ours has it."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from functools import partial
from typing import cast

import uvicorn

from kit.app import Service
from kit.http_protocol import BoundedProtocol, Bounds
from kit.settings import WebSettings

_TICKS = 10
"""Ticks a second."""
_GOODBYE = (b"connection", b"close")


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
        if _GOODBYE not in self.config.encoded_headers:
            self.config.encoded_headers.append(_GOODBYE)
            self.server_state.default_headers = [*self.server_state.default_headers, _GOODBYE]
        for connection in self._connections():
            connection.last_answer()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let requests in flight finish. Called by uvicorn.

        Who has connected already is served: uvloop accepts one at each turn of its loop, so that
        under load others wait with the system, which would reset them with what they have sent.
        """
        self.last_answers()
        backlog = [client for server in self.servers for client in _accept_all(server)]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for client in backlog:
            await loop.connect_accepted_socket(self._protocol, client)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        make = self.config.http_protocol_class
        return make(self.config, self.server_state, self.lifespan.state)  # type: ignore[call-arg]

    def _connections(self) -> list[BoundedProtocol]:
        return cast("list[BoundedProtocol]", list(self.server_state.connections))


def _accept_all(server: asyncio.Server) -> Iterator[socket.socket]:
    """Yield the connections that wait to be accepted."""
    for listening in server.sockets:
        with socket.socket(fileno=os.dup(listening.fileno())) as again:  # uvloop's does not accept
            again.setblocking(False)
            while True:
                try:
                    client, _ = again.accept()
                except OSError:  # there is none, or we may have no more files open
                    break
                client.setblocking(False)
                yield client


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
