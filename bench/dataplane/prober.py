"""Requests at a steady rate, each timed from when it was due: what a client sees meanwhile."""

import asyncio
import gc
import itertools
import re
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import numpy as np

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_VERSION = re.compile(rb'"model":\{"name":"[^"]*","version":"([^"]*)"')
_BROKEN = 0
_TIMEOUT_SECONDS = 30


class Sample(NamedTuple):
    """An answer, or that there was none."""

    due: float
    """When it was to be sent, by `time.perf_counter`."""
    milliseconds: float
    """From then until the whole answer was there."""
    status: int
    """0 if the connection broke, or nothing came in time."""
    head: bytes
    version: str | None
    """Version of the model that answered."""


@dataclass(frozen=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Return head and body of the answer."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        return head, await self.reader.readexactly(int(found[1]) if found else 0)

    async def close(self) -> None:
        """Close it, whatever its other end did."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


class Prober:
    """Asks over kept connections, as many as there are requests at once."""

    def __init__(self, url: str, bodies: Iterable[bytes]) -> None:
        """Send `bodies` one after the other, again from the first after the last."""
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        head = (
            f"POST {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\n"
            "content-type: application/json\r\ncontent-length: {}\r\n\r\n"
        )
        requests = [head.format(len(body)).encode() + body for body in bodies]
        self._requests = itertools.cycle(requests)
        self._idle: list[_Connection] = []
        self.samples: list[Sample] = []

    @classmethod
    @asynccontextmanager
    async def running(cls, url: str, bodies: Iterable[bytes], rate: float) -> AsyncIterator[Self]:
        """Ask `rate` times a second within the block; wait for the last answers at its end."""
        prober = cls(url, bodies)
        # A look at all that the trainer has imported takes 0.15 s, which would be the services'.
        gc.freeze()
        sending = asyncio.create_task(prober._send(rate))
        try:
            yield prober
        finally:
            sending.cancel()
            await asyncio.wait([sending])
            if not sending.cancelled():
                sending.result()
            await prober._finish()

    async def _send(self, rate: float) -> None:
        self._asking: set[asyncio.Task[None]] = set()
        start = time.perf_counter()
        for number in itertools.count():
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(self._ask(due))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _finish(self) -> None:
        if self._asking:
            await asyncio.wait(self._asking)
        for connection in self._idle:
            await connection.close()

    async def _ask(self, due: float) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                head, body = await self._answer(next(self._requests))
            status = int(head.split(b" ", 2)[1])
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status, head, body = _BROKEN, b"", b""
        took = time.perf_counter() - due
        version = _VERSION.search(body)
        self.samples.append(
            Sample(due, took * 1e3, status, head, version[1].decode() if version else None)
        )

    async def _answer(self, request: bytes) -> tuple[bytes, bytes]:
        """Ask over a connection, which is kept if nothing went wrong on it."""
        connection = self._idle.pop() if self._idle else await self._connect()
        try:
            answer = await connection.ask(request)
        except BaseException:
            await connection.close()
            raise
        self._idle.append(connection)
        return answer

    async def _connect(self) -> _Connection:
        return _Connection(*await asyncio.open_connection(self._host, self._port))


def times(samples: Sequence[Sample]) -> dict[str, float]:
    """Return how many samples there are, and their P50, P99 and greatest time."""
    if not samples:
        return {"samples": 0}
    taken = [sample.milliseconds for sample in samples]
    p50, p99 = np.percentile(taken, [50, 99])
    return {
        "samples": len(samples),
        "p50_ms": float(p50),
        "p99_ms": float(p99),
        "max_ms": max(taken),
    }
