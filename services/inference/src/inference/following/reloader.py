"""Following an alias: load what it names aside, swap it in; on any failure keep what serves."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog

from inference import metrics
from inference.errors import (
    CacheUnusable,
    ModelError,
    NotNamed,
    RegistryUnavailable,
    UnusableKeys,
)
from inference.following.backoff import backed_off
from inference.following.quarantine import Quarantine
from inference.slot import Model, Slot
from inference.versions.ref import VersionRef
from kit import memory
from kit.registry import PRODUCTION, REGISTERED_MODEL

log = structlog.get_logger(__name__)

_JITTER = 0.1
_LEAST_WAIT_SECONDS = 1.0
"""However often it is hinted that the alias has moved."""
_FIRST_ANSWER_SECONDS = 2.0
"""How long a start waits for the registry before the cache serves."""


class Source(Protocol):
    """Where versions come from."""

    async def named(self, alias: str) -> VersionRef:
        """Return the version that the alias names now."""

    async def load(self, alias: str, ref: VersionRef) -> Model:
        """Return the verified model of a version."""

    async def last_served(self, alias: str) -> Model | None:
        """Return the verified model that had the alias last, if it is still at hand."""

    async def forget(self, alias: str) -> None:
        """Give up what is kept of the version that had the alias."""


class Reloader:
    """Polls an alias and keeps a slot filled with the version that it names."""

    def __init__(
        self,
        source: Source,
        slot: Slot,
        poll_seconds: float,
        *,
        alias: str = PRODUCTION,
        optional: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Follow an alias of `source` into `slot`.

        Args:
            source: Where versions come from.
            slot: What is filled.
            poll_seconds: How long to wait from one look at the alias to the next.
            alias: The alias.
            optional: Whether it is nothing special that no version has the alias: the slot is then
                emptied. Else what serves goes on.
            clock: What a version that failed is held back by, in seconds.
        """
        metrics.begin(alias)
        self._source = source
        self._slot = slot
        self._poll_seconds = poll_seconds
        self._alias = alias
        self._optional = optional
        self._quarantine = Quarantine(poll_seconds, clock)
        self._hinted = asyncio.Event()
        self._failures = 0
        self._nothing_named = False
        self.trouble: str | None = "the registry has not answered yet"
        """Why what the alias names does not serve; None when it does."""
        self.from_cache = False
        """Whether what serves is from the cache, and the registry has not said yet that it should.
        """

    def hint(self) -> None:
        """Say that the alias may have moved: it is looked up within a second."""
        self._hinted.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            polling = tasks.create_task(self._poll_unbroken())
            await asyncio.wait([polling], timeout=_FIRST_ANSWER_SECONDS)
            await self._serve_last()
        while True:
            await self._wait()
            await self._poll_unbroken()

    async def poll(self) -> None:
        """Look the alias up once and, if it names another version than the one served, load it."""
        try:
            ref = await self._source.named(self._alias)
        except ModelError as error:
            await self._not_named(error)
            return
        self._answered("ok")
        served = self._slot.model
        if served is not None and served.ref == ref:
            self._failures = 0
            self.trouble = None
            self._set_from_cache(False)
        elif self._quarantine.holds(ref):
            self._failures = 0
            self.trouble = self._quarantine.reason
        else:
            await self._reload(ref)

    async def _poll_unbroken(self) -> None:
        try:
            await self.poll()
        except Exception as error:
            # A fault of ours, or a library's: following must not end while the old one serves.
            self._failures += 1
            metrics.POLLS.labels(self._alias, "failed").inc()
            self.trouble = f"a fault: {type(error).__name__}"
            log.exception("poll_broke", alias=self._alias, serving=self._serving())

    async def _wait(self) -> None:
        """Wait for the next poll, or for a hint, but never less than `_LEAST_WAIT_SECONDS`.

        After failures it is longer each time; not so while nothing serves, for then it is urgent.
        """
        least = min(self._poll_seconds, _LEAST_WAIT_SECONDS)
        await asyncio.sleep(least)
        seconds = self._poll_seconds
        if self._slot.model:
            seconds = backed_off(seconds, self._failures)
        seconds *= random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  no secret
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hinted.wait(), max(0.0, seconds - least))
        self._hinted.clear()

    async def _serve_last(self) -> None:
        """Serve what the cache has from before, if nothing else does and it may still be named."""
        if not self._may_serve_last():
            return
        try:
            model = await self._source.last_served(self._alias)
        except ModelError as error:
            log.warning("cache_unusable", alias=self._alias, reason=str(error))
            return
        except Exception:
            # Whatever a cache of another making may hold: following must begin all the same.
            log.exception("cache_broke", alias=self._alias)
            return
        # Again, for the registry may have answered while the cache was read.
        if model and self._may_serve_last():
            log.warning("serving_from_cache", version=model.version, reason=self.trouble)
            self._put(model)
            self._set_from_cache(True)

    def _may_serve_last(self) -> bool:
        return self._slot.model is None and not self._nothing_named

    def _answered(self, outcome: str) -> None:
        self._nothing_named = outcome == "none"
        metrics.POLLS.labels(self._alias, outcome).inc()
        metrics.LAST_POLL_TIMESTAMP.labels(self._alias).set_to_current_time()

    async def _not_named(self, error: ModelError) -> None:
        """Note that the alias named nothing; a lasting reason is logged once, not at every poll."""
        if isinstance(error, NotNamed):
            was_named = not self._nothing_named
            self._failures = 0
            self._answered("none")
            if self._optional:
                self.trouble = str(error)
                if was_named:
                    await self._empty()
                return
        else:
            self._failures += 1
            metrics.POLLS.labels(self._alias, "failed").inc()
        if str(error) != self.trouble:
            self.trouble = str(error)
            event = "alias_names_nothing" if isinstance(error, NotNamed) else "poll_failed"
            log.warning(event, alias=self._alias, reason=self.trouble, serving=self._serving())

    async def _empty(self) -> None:
        """Give up the model, and what the cache has of it, be it of an earlier process."""
        left = self._serving()
        self._put(None)
        await self._source.forget(self._alias)
        if left is not None:
            log.info("model_left", alias=self._alias, version=left)
            await asyncio.to_thread(memory.trim)

    async def _reload(self, ref: VersionRef) -> None:
        started = time.perf_counter()
        try:
            model = await self._source.load(self._alias, ref)
        except (RegistryUnavailable, CacheUnusable, UnusableKeys) as error:
            # A store or a disk that is away is tried again at the next poll; a bad version is not.
            self._failures += 1
            self._not_loaded(ref, str(error), hold=False)
        except ModelError as error:
            self._not_loaded(ref, str(error), hold=True)
        except Exception as error:
            # What a broken version can make the libraries raise is not known.
            log.exception("reload_broke", alias=self._alias, version=ref.version)
            self._not_loaded(ref, f"a fault: {type(error).__name__}", hold=True)
        else:
            await self._swap(model, time.perf_counter() - started)

    def _not_loaded(self, ref: VersionRef, reason: str, *, hold: bool) -> None:
        metrics.RELOADS.labels(self._alias, "failed").inc()
        reason = f"version {ref.version} does not load: {reason}"
        if hold:
            self._quarantine.add(ref, reason)
        if reason != self.trouble:
            self.trouble = reason
            log.error("reload_failed", alias=self._alias, reason=reason, serving=self._serving())

    async def _swap(self, model: Model, seconds: float) -> None:
        before = self._serving()
        self._failures = 0
        self.trouble = None
        self._put(model)
        self._set_from_cache(False)
        metrics.RELOADS.labels(self._alias, "ok").inc()
        metrics.RELOAD_SECONDS.labels(self._alias).observe(seconds)
        log.info(
            "model_swapped",
            alias=self._alias,
            version=model.version,
            kind=model.scorer.kind,
            seconds=round(seconds, 3),
            before=before,
        )
        await asyncio.to_thread(memory.trim)

    def _put(self, model: Model | None) -> None:
        """Put `model` into the slot, and into the metric that says which one it is."""
        if (before := self._slot.model) is not None:
            metrics.MODEL_INFO.remove(*self._info(before))
        self._slot.swap(model)
        if model is not None:
            metrics.MODEL_INFO.labels(*self._info(model)).set(1)

    def _info(self, model: Model) -> tuple[str, str, str, str]:
        """Return the labels of a model in that metric."""
        return REGISTERED_MODEL, model.version, self._alias, model.scorer.kind

    def _set_from_cache(self, from_cache: bool) -> None:  # noqa: FBT001  it is the value
        self.from_cache = from_cache
        metrics.FROM_CACHE.labels(self._alias).set(from_cache)

    def _serving(self) -> str | None:
        return self._slot.model.version if self._slot.model else None
