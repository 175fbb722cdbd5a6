"""Following the pack's file: compile a change aside, swap it in; a bad one changes nothing."""

import asyncio
import hashlib
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway import metrics
from gateway.rulebook import Rulebook
from kit import memory
from rules import document
from rules.engine import Engine
from rules.errors import PackError

log = structlog.get_logger(__name__)

_SETTLE_SECONDS = 0.25
_RETRY_SECONDS = 60.0
"""How long a file is left alone whose load broke for a reason that may lie elsewhere."""
_LOGGED_FAULTS = 20


@dataclass(frozen=True)
class Reading:
    """What the pack's file holds at one moment."""

    content: bytes = b""
    faults: tuple[str, ...] = ()
    """Why it cannot be read."""

    @property
    def digest(self) -> str | None:
        """SHA-256 (hex) of the bytes; None if it cannot be read."""
        return None if self.faults else hashlib.sha256(self.content).hexdigest()


def read(path: Path) -> Reading:
    """Return what the file at `path` holds now."""
    try:
        return Reading(document.read_bytes(path))
    except PackError as error:
        return Reading(faults=error.faults)


class PackWatcher:
    """Polls the pack's file and keeps the rulebook at what it holds.

    By its bytes, not by time stamps or events: a plain write, a rename and the swap of a symbolic
    link above it (how Kubernetes updates a ConfigMap) are seen alike, and a mere touch is not.
    """

    def __init__(
        self,
        path: Path,
        rulebook: Rulebook,
        poll_seconds: float,
        *,
        load: Callable[[Path, bytes], Engine],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Follow the file at `path` into `rulebook`.

        Args:
            path: The pack's file.
            rulebook: What serves.
            poll_seconds: How long to wait from one look at the file to the next.
            load: Returns the engine of a pack from its path and bytes, or raises `PackError`; may
                be slow.
            pause: Waits for so many seconds.
            clock: Returns the time, in seconds from any moment on.
        """
        self._path = path
        self._rulebook = rulebook
        self._poll_seconds = poll_seconds
        self._load = load
        self._pause = pause
        self._clock = clock
        self._rejected: Reading | None = None
        self._retry_at = math.inf
        metrics.PACK_STALE.set(0)

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self._pause(self._poll_seconds)
            try:
                await self.poll()
            except Exception:
                # A fault of ours: following must not end while the old pack serves.
                log.exception("pack_poll_broke", serving=self._serving())

    async def poll(self) -> None:
        """Look at the file once and, if it has other bytes than the pack that serves, load it."""
        reading = await self._read()
        if reading.digest == self._rulebook.engine.pack.digest:
            self._no_trouble()
            return
        metrics.PACK_STALE.set(1)
        if reading == self._rejected and self._clock() < self._retry_at:
            return
        # A file that is just being written, or moved out of the way, is left alone until it rests.
        await self._pause(min(self._poll_seconds, _SETTLE_SECONDS))
        if reading == await self._read():
            await self._take(reading)

    async def _read(self) -> Reading:
        return await asyncio.to_thread(read, self._path)

    async def _take(self, reading: Reading) -> None:
        if reading.faults:
            self._reject(reading, reading.faults)
            return
        started = self._clock()
        try:
            engine = await asyncio.to_thread(self._load, self._path, reading.content)
        except PackError as error:
            self._reject(reading, error.faults)
        except Exception as error:  # noqa: BLE001  logged as it is rejected
            # The pack can be the cause, for what it can make the libraries raise is not known, or
            # memory or threads that are short now: the same bytes may load later.
            self._reject(reading, (f"a fault of hamgate's: {type(error).__name__}",), error)
        else:
            self._swap(engine, self._clock() - started)
            await asyncio.to_thread(memory.settle)

    def _swap(self, engine: Engine, seconds: float) -> None:
        before = self._serving()
        self._rulebook.swap(engine)
        metrics.PACK_RELOADS.labels("ok").inc()
        metrics.PACK_RELOAD_SECONDS.observe(seconds)
        self._no_trouble()
        log.info("pack_swapped", serving=self._serving(), before=before, seconds=round(seconds, 3))

    def _reject(
        self, reading: Reading, faults: tuple[str, ...], broke: Exception | None = None
    ) -> None:
        """Note a file that cannot serve; the same trouble is neither counted nor logged twice.

        Args:
            reading: What the file holds.
            faults: What is wrong with it.
            broke: What else than a fault of the pack ended the load: it is then tried again after
                a while, and else not until it changes.
        """
        known = (reading, faults) == (self._rejected, self._rulebook.trouble)
        self._rejected = reading
        self._retry_at = self._clock() + _RETRY_SECONDS if broke else math.inf
        if known:
            return
        self._rulebook.reject(faults)
        metrics.PACK_RELOADS.labels("failed").inc()
        log.error(
            "pack_rejected",
            path=str(self._path),
            faults=faults[:_LOGGED_FAULTS],
            more_faults=max(0, len(faults) - _LOGGED_FAULTS),
            serving=self._serving(),
            exc_info=broke,
        )

    def _no_trouble(self) -> None:
        metrics.PACK_STALE.set(0)
        self._rejected = None
        if self._rulebook.trouble:
            self._rulebook.accept()
            log.info("pack_trouble_over", serving=self._serving())

    def _serving(self) -> str:
        return self._rulebook.engine.pack.version
