"""Following the alias: load what it names aside, swap it in; on any failure keep serving."""

import asyncio
import random
import time
from typing import Protocol

import structlog

from inference import metrics
from inference.errors import ModelError, NoProductionVersion, Untrusted
from inference.registry import VersionRef
from inference.slot import Model, Slot
from kit.registry import REGISTERED_MODEL

log = structlog.get_logger(__name__)

_JITTER = 0.1
_LONGEST_RETRY_SECONDS = 300.0


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
        self._failed: VersionRef | None = None
        self._failures = 0
        self._retry_at = 0.0
        self._last_reason: str | None = None

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self.poll()
            except Exception:
                # A fault of ours, or a library's: following must not end while the old one serves.
                metrics.POLLS.labels("failed").inc()
                log.exception("poll_broke", **self._serving())
            jitter = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  no secret
            await asyncio.sleep(self._poll_seconds * jitter)

    async def poll(self) -> None:
        """Look the alias up once and, if it names another version than the one served, load it."""
        try:
            ref = await asyncio.to_thread(self._source.production)
        except NoProductionVersion as error:
            metrics.POLLS.labels("none").inc()
            metrics.LAST_POLL_TIMESTAMP.set_to_current_time()
            self._say("no_production_version", str(error))
            return
        except ModelError as error:
            metrics.POLLS.labels("failed").inc()
            self._say("poll_failed", str(error))
            return
        metrics.POLLS.labels("ok").inc()
        metrics.LAST_POLL_TIMESTAMP.set_to_current_time()
        served = self._slot.model
        if served is not None and served.ref == ref:
            self._last_reason = None
        elif ref != self._failed or time.monotonic() >= self._retry_at:
            await self._reload(ref)

    async def _reload(self, ref: VersionRef) -> None:
        started = time.perf_counter()
        try:
            model = await asyncio.to_thread(self._source.load, ref)
        except ModelError as error:
            metrics.RELOADS.labels("failed").inc()
            if isinstance(error, Untrusted):
                self._remember_failure(ref)
            log.error(  # noqa: TRY400  the reason is known, its traceback tells no more
                "reload_failed",
                version=ref.version,
                reason=str(error),
                **self._serving(),
            )
            return
        self._swap(model, time.perf_counter() - started)

    def _swap(self, model: Model, seconds: float) -> None:
        before = self._serving()
        self._slot.swap(model)
        self._failed, self._failures, self._last_reason = None, 0, None
        metrics.RELOADS.labels("ok").inc()
        metrics.RELOAD_SECONDS.observe(seconds)
        metrics.MODEL_INFO.clear()
        metrics.MODEL_INFO.labels(REGISTERED_MODEL, model.version).set(1)
        log.info("model_swapped", version=model.version, seconds=round(seconds, 3), **before)

    def _remember_failure(self, ref: VersionRef) -> None:
        """Do not fetch a bad version again at every poll; another version is taken at once."""
        self._failures = self._failures + 1 if ref == self._failed else 1
        self._failed = ref
        delay = min(self._poll_seconds * 2**self._failures, _LONGEST_RETRY_SECONDS)
        self._retry_at = time.monotonic() + delay

    def _say(self, event: str, reason: str) -> None:
        """Log a lasting condition once, not at every poll."""
        if reason != self._last_reason:
            log.warning(event, reason=reason, **self._serving())
            self._last_reason = reason

    def _serving(self) -> dict[str, str | None]:
        return {"serving": self._slot.model.version if self._slot.model else None}
