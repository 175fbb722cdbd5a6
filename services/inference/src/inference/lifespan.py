"""What lives as long as the process: the scoring thread and the reloader."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from inference.challenger import Challenger
from inference.following.registry import open_registry
from inference.following.reloader import Reloader, Source
from inference.following.source import RegistrySource
from inference.protocol.infer_request import Limits
from inference.scoring import Scoring
from inference.settings import Settings
from inference.slot import Slot
from kit.background import in_background
from kit.bodies import BodyBudget
from kit.probes import Readiness
from kit.registry import CHALLENGER


@dataclass(frozen=True)
class State:
    """What endpoints work with."""

    settings: Settings
    slot: Slot
    reloader: Reloader
    challenger: Challenger
    limits: Limits
    budget: BodyBudget
    scoring: Scoring
    followers: Sequence[Reloader]
    """All that follow an alias."""

    def hint(self) -> None:
        """Say that an alias may have moved."""
        for follower in self.followers:
            follower.hint()


@asynccontextmanager
async def running(
    settings: Settings, readiness: Readiness, budget: BodyBudget, source: Source | None = None
) -> AsyncIterator[State]:
    """Follow the registry while the service runs; ready as soon as a model is in the slot.

    `source` replaces the registry and the cache, for tests.
    """
    slot, challenger_slot = Slot(), Slot()
    async with AsyncExitStack() as stack:
        registry = await stack.enter_async_context(open_registry(settings))
        source = source or RegistrySource(registry, settings)
        reloader = Reloader(source, slot, settings.poll_seconds)
        readiness.register(
            "model", lambda: None if slot.model else f"no model is loaded: {reloader.trouble}"
        )
        challenger = Challenger(
            challenger_slot, settings.challenger_share, settings.challenger_queue_size
        )
        followers = [reloader]
        if settings.challenger_share:
            followers.append(_challenging(source, challenger_slot, settings))
            await stack.enter_async_context(in_background(challenger.run()))
        else:
            await source.forget(CHALLENGER)
        for follower in followers:
            await stack.enter_async_context(in_background(follower.run()))
        thread = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="scoring"))
        scoring = Scoring(
            thread, max_texts=settings.max_waiting_texts, max_chars=settings.max_waiting_chars
        )
        limits = Limits(settings.max_batch_size, settings.max_text_bytes)
        readiness.accept()
        stack.callback(readiness.refuse)
        yield State(settings, slot, reloader, challenger, limits, budget, scoring, followers)


def _challenging(source: Source, slot: Slot, settings: Settings) -> Reloader:
    return Reloader(source, slot, settings.poll_seconds, alias=CHALLENGER, optional=True)
