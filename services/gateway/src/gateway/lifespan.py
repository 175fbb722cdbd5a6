"""What lives as long as the process: the rule pack and the connections to the model server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from gateway.classifier import Classifier
from gateway.client import InferenceClient
from gateway.rules.engine import Engine
from gateway.rules.pack import Pack
from gateway.settings import Settings
from kit.probes import Readiness

_IDLE_SECONDS = 30.0
"""An idle connection is closed by us, before the model server (75 s) or a proxy (60 s) does it:
else a request can be sent into a connection that is just being closed."""


@dataclass(frozen=True)
class State:
    """What endpoints work with."""

    settings: Settings
    pack: Pack
    client: InferenceClient
    classifier: Classifier


@asynccontextmanager
async def running(settings: Settings, pack: Pack, readiness: Readiness) -> AsyncIterator[State]:
    """Hold connections to the model server while the service runs.

    Ready does not mean that the model server answers: without it the rules still decide, and a
    gateway taken out of service for it would take the rules away too.
    """
    async with aiohttp.ClientSession(
        base_url=f"{str(settings.inference_url).rstrip('/')}/",
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS),
        timeout=aiohttp.ClientTimeout(
            total=settings.model_seconds, sock_connect=settings.model_connect_seconds
        ),
    ) as session:
        client = InferenceClient(session)
        readiness.accept()
        try:
            yield State(settings, pack, client, Classifier(Engine(pack), client))
        finally:
            readiness.refuse()
