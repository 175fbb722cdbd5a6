"""What lives as long as the process: rules, their watcher, connections, shadow scoring."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp

from gateway.classifier import Classifier
from gateway.client import InferenceClient
from gateway.pack_watcher import PackWatcher
from gateway.rulebook import Rulebook
from gateway.settings import Settings
from gateway.shadow import ShadowScoring
from kit.probes import Readiness
from rules.engine import Engine
from rules.loading import compile_pack
from rules.pack import default_pack_path

_IDLE_SECONDS = 30.0
"""An idle connection is closed by us, before the model server (75 s) or a proxy (60 s) does it:
else a request can be sent into a connection that is just being closed."""


@dataclass(frozen=True)
class State:
    """What endpoints work with."""

    settings: Settings
    rulebook: Rulebook
    client: InferenceClient
    classifier: Classifier


def pack_path(settings: Settings) -> Path:
    """Return the path of the pack to decide with."""
    return settings.rules_file or default_pack_path()


@asynccontextmanager
async def running(settings: Settings, engine: Engine, readiness: Readiness) -> AsyncIterator[State]:
    """Hold connections to the model server while the service runs, and follow the pack's file.

    `engine` is what serves first. Ready does not mean that the model server answers: without it
    the rules still decide, and a gateway taken out of service for it would take the rules away too.
    """
    rulebook = Rulebook(engine)
    watcher = PackWatcher(
        pack_path(settings),
        rulebook,
        settings.rules_poll_seconds,
        load=partial(compile_pack, cache_folder=settings.rules_cache_folder),
    )
    async with _session(settings) as session:
        client = InferenceClient(session, "answer")
        shadow = ShadowScoring(
            InferenceClient(session, "shadow"), settings.shadow_share, settings.shadow_queue_size
        )
        async with _in_background(watcher.run()), _in_background(shadow.run()):
            readiness.accept()
            try:
                yield State(settings, rulebook, client, Classifier(rulebook, client, shadow))
            finally:
                readiness.refuse()


def _session(settings: Settings) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        base_url=f"{str(settings.inference_url).rstrip('/')}/",
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS),
        timeout=aiohttp.ClientTimeout(
            total=settings.model_seconds, sock_connect=settings.model_connect_seconds
        ),
    )


@asynccontextmanager
async def _in_background(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run what never ends by itself within the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        # Not `await task`: its cancellation could not be told from one of ours.
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
