"""What the tests of kit share."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from fixtures.http_server import (
    Client,
    Connect,
    Server,
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put the configuration of logging back after each test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server."""
    server = Server()
    async with server.running():
        yield server


@pytest.fixture
async def connect(server: Server) -> AsyncIterator[Connect]:
    """Opens connections to it."""
    clients: list[Client] = []

    async def connect() -> Client:
        clients.append(Client(*await asyncio.open_connection("127.0.0.1", server.port)))
        return clients[-1]

    yield connect
    for client in clients:
        client.writer.close()
