"""What lives as long as the process: the scoring thread and the reloader."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from inference.infer_request import Limits
from inference.reloader import Reloader, Source
from inference.scoring import Scoring
from inference.settings import Settings
from inference.slot import Slot
from kit.probes import Readiness


@dataclass(frozen=True)
class State:
    """What endpoints work with."""

    slot: Slot
    limits: Limits
    scoring: Scoring


@asynccontextmanager
async def running(settings: Settings, source: Source, readiness: Readiness) -> AsyncIterator[State]:
    """Follow the registry while the service runs; ready as soon as a model is in the slot."""
    slot = Slot()
    reloader = Reloader(source, slot, settings.poll_seconds)
    readiness.register(
        "model", lambda: None if slot.model else f"no model is loaded: {reloader.trouble}"
    )
    limits = Limits(settings.max_batch_size, settings.max_text_bytes)
    with ThreadPoolExecutor(1, thread_name_prefix="scoring") as thread:
        scoring = Scoring(
            thread, max_texts=settings.max_waiting_texts, max_chars=settings.max_waiting_chars
        )
        following = asyncio.create_task(reloader.run())
        readiness.accept()
        try:
            yield State(slot, limits, scoring)
        finally:
            readiness.refuse()
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
