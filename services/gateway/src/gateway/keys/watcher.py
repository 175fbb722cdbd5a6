"""Following the file of API keys: a change counts within seconds, a bad one changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import structlog

from gateway import metrics
from gateway.keys.file import KeysError, parse, read_bytes
from gateway.keys.guard import KeyGuard
from kit.background import in_background

log = structlog.get_logger(__name__)

_POLL_SECONDS = 2.0
_SETTLE_SECONDS = 0.25
_LOGGED_FAULTS = 20


class KeyWatcher:
    """Polls the file of keys, by its bytes as the pack's, and keeps the guard at what it holds."""

    def __init__(
        self,
        path: Path,
        guard: KeyGuard,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Follow the file at `path` into `guard`; `pause` waits for so many seconds."""
        self._path = path
        self._guard = guard
        self._pause = pause
        self._rejected: bytes | tuple[str, ...] | None = None
        metrics.KEYS_STALE.set(0)

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self._pause(_POLL_SECONDS)
            try:
                await self.poll()
            except Exception:
                # A fault of ours: following must not end while the old keys count.
                log.exception("keys_poll_broke")

    async def poll(self) -> None:
        """Look at the file once and, if it has other bytes than those that count, take them."""
        found = await self._read()
        if found == self._guard.keys.content:
            self._no_trouble()
            return
        metrics.KEYS_STALE.set(1)
        if found == self._rejected:
            return
        # A file that is just being written, or moved out of the way, is left alone until it rests.
        await self._pause(_SETTLE_SECONDS)
        if found == await self._read():
            self._take(found)

    async def _read(self) -> bytes | tuple[str, ...]:
        """Return what the file holds now, or why it cannot be read."""
        try:
            return await asyncio.to_thread(read_bytes, self._path)
        except KeysError as error:
            return error.faults

    def _take(self, found: bytes | tuple[str, ...]) -> None:
        if isinstance(found, tuple):
            self._reject(found, found)
            return
        try:
            keys = parse(self._path, found)
        except KeysError as error:
            self._reject(found, error.faults)
            return
        self._guard.swap(keys)
        metrics.KEYS_RELOADS.labels("ok").inc()
        self._no_trouble()
        log.info("keys_swapped", names=self._names())

    def _reject(self, found: bytes | tuple[str, ...], faults: tuple[str, ...]) -> None:
        self._rejected = found
        metrics.KEYS_RELOADS.labels("failed").inc()
        log.error(
            "keys_rejected",
            path=str(self._path),
            faults=faults[:_LOGGED_FAULTS],
            more_faults=max(0, len(faults) - _LOGGED_FAULTS),
            counting=self._names(),
        )

    def _no_trouble(self) -> None:
        metrics.KEYS_STALE.set(0)
        self._rejected = None

    def _names(self) -> list[str]:
        return sorted(set(self._guard.keys.names.values()))


def following(path: Path, guard: KeyGuard) -> AbstractAsyncContextManager[None]:
    """Follow the file at `path` into `guard` within the block."""
    return in_background(KeyWatcher(path, guard).run())
