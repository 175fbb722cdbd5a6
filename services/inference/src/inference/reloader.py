"""Following the alias: load what it names aside, swap it in; on any failure keep serving."""

import asyncio
import random
import time
from typing import Protocol

import structlog

from inference import metrics
from inference.errors import ModelError, NoProductionVersion, RegistryUnavailable
from inference.quarantine import Quarantine
from inference.registry import VersionRef
from inference.slot import Model, Slot
from kit.registry import REGISTERED_MODEL

log = structlog.get_logger(__name__)

_JITTER = 0.1


class Source(Protocol):
    """Where versions come from. Both calls block."""

    def production(self) -> VersionRef:
        """Return the version that the alias names now."""

    def load(self, ref: VersionRef) -> Model:
        """Return the verified model of a version."""


class Reloader:
    """Polls the alias and keeps the slot filled with the version that it names."""

    def __init__(self, source: Source, slot: Slot, poll_seconds: float) -> None:
        """Follow `source` into `slot`."""
        self._source = source
        self._slot = slot
        self._poll_seconds = poll_seconds
        self._quarantine = Quarantine(poll_seconds)
        self.trouble: str | None = "the registry has not answered yet"
        """Why what the alias names does not serve; None when it does."""

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self.poll()
            except Exception as error:
                # A fault of ours, or a library's: following must not end while the old one serves.
                metrics.POLLS.labels("failed").inc()
                self.trouble = f"a fault: {type(error).__name__}"
                log.exception("poll_broke", serving=self._serving())
            jitter = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  no secret
            await asyncio.sleep(self._poll_seconds * jitter)

    async def poll(self) -> None:
        """Look the alias up once and, if it names another version than the one served, load it."""
        try:
            ref = await asyncio.to_thread(self._source.production)
        except ModelError as error:
            self._not_named(error)
            return
        metrics.POLLS.labels("ok").inc()
        metrics.LAST_POLL_TIMESTAMP.set_to_current_time()
        served = self._slot.model
        if served is not None and served.ref == ref:
            self.trouble = None
        elif self._quarantine.holds(ref):
            self.trouble = self._quarantine.reason
        else:
            await self._reload(ref)

    def _not_named(self, error: ModelError) -> None:
        """Note that the alias named nothing; a lasting reason is logged once, not at every poll."""
        answered = isinstance(error, NoProductionVersion)
        metrics.POLLS.labels("none" if answered else "failed").inc()
        if answered:
            metrics.LAST_POLL_TIMESTAMP.set_to_current_time()
        if str(error) != self.trouble:
            self.trouble = str(error)
            event = "no_production_version" if answered else "poll_failed"
            log.warning(event, reason=self.trouble, serving=self._serving())

    async def _reload(self, ref: VersionRef) -> None:
        started = time.perf_counter()
        try:
            model = await asyncio.to_thread(self._source.load, ref)
        except ModelError as error:
            # A store that is away is asked again at the next poll; what it gave is not.
            hold = not isinstance(error, RegistryUnavailable)
            self._not_loaded(ref, str(error), hold=hold)
        except Exception as error:
            # What a broken version can make the libraries raise is not known.
            log.exception("reload_broke", version=ref.version)
            self._not_loaded(ref, f"a fault: {type(error).__name__}", hold=True)
        else:
            self._swap(model, time.perf_counter() - started)

    def _not_loaded(self, ref: VersionRef, reason: str, *, hold: bool) -> None:
        metrics.RELOADS.labels("failed").inc()
        reason = f"version {ref.version} does not load: {reason}"
        if hold:
            self._quarantine.add(ref, reason)
        if reason != self.trouble:
            self.trouble = reason
            log.error("reload_failed", reason=reason, serving=self._serving())

    def _swap(self, model: Model, seconds: float) -> None:
        before = self._serving()
        self._slot.swap(model)
        self.trouble = None
        metrics.RELOADS.labels("ok").inc()
        metrics.RELOAD_SECONDS.observe(seconds)
        metrics.MODEL_INFO.clear()
        metrics.MODEL_INFO.labels(REGISTERED_MODEL, model.version).set(1)
        log.info("model_swapped", version=model.version, seconds=round(seconds, 3), before=before)

    def _serving(self) -> str | None:
        return self._slot.model.version if self._slot.model else None
