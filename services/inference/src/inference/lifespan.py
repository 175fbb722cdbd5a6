"""What lives as long as the process: the scoring thread and the reloader."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from inference.reloader import Reloader, Source
from inference.settings import Settings
from inference.slot import Slot
from kit.probes import Readiness


@dataclass(frozen=True)
class State:
    """What endpoints work with."""

    settings: Settings
    slot: Slot
    scoring: ThreadPoolExecutor
    """One thread: scoring holds the interpreter anyway, and must not hold up the event loop."""


@asynccontextmanager
async def running(settings: Settings, source: Source, readiness: Readiness) -> AsyncIterator[State]:
    """Follow the registry while the service runs; ready as soon as a model is in the slot."""
    slot = Slot()
    reloader = Reloader(source, slot, settings.poll_seconds)
    readiness.register(
        "model", lambda: None if slot.model else f"no model is loaded: {reloader.trouble}"
    )
    with ThreadPoolExecutor(1, thread_name_prefix="scoring") as scoring:
        following = asyncio.create_task(reloader.run())
        readiness.accept()
        try:
            yield State(settings, slot, scoring)
        finally:
            readiness.refuse()
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
