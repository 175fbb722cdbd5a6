"""What lives as long as the process: the scoring thread and the reloader."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from inference.registry import open_registry
from inference.reloader import Reloader, Source
from inference.settings import Settings
from inference.slot import Slot
from inference.source import RegistrySource
from kit.probes import Readiness


@dataclass(frozen=True)
class State:
    """What endpoints work with."""

    settings: Settings
    slot: Slot
    reloader: Reloader
    scoring: ThreadPoolExecutor
    """One thread: scoring holds the interpreter anyway, and must not hold up the event loop."""


@asynccontextmanager
async def running(
    settings: Settings, readiness: Readiness, source: Source | None = None
) -> AsyncIterator[State]:
    """Follow the registry while the service runs; ready as soon as a model is in the slot.

    `source` replaces the registry and the cache, for tests.
    """
    slot = Slot()
    async with open_registry(settings) as registry:
        source = source or RegistrySource(registry, settings)
        reloader = Reloader(source, slot, settings.poll_seconds)
        readiness.register(
            "model", lambda: None if slot.model else f"no model is loaded: {reloader.trouble}"
        )
        with ThreadPoolExecutor(1, thread_name_prefix="scoring") as scoring:
            async with _in_background(reloader.run()):
                readiness.accept()
                try:
                    yield State(settings, slot, reloader, scoring)
                finally:
                    readiness.refuse()


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
