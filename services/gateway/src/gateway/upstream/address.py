"""One address of the model server: its connections, its circuit breaker, the calls on the way."""

import asyncio
import math
import socket
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.upstream.breaker import Breaker

_IDLE_SECONDS = 30.0
"""An idle connection is closed by us, before the model server (75 s) or a proxy (60 s) does it:
else a request can be sent into a connection that is just being closed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for each address."""

    calls: int
    """Most calls for answers that are on the way at once."""
    failures: int
    """Failed calls in a row after which it is left alone."""
    open_seconds: float
    """Longest time for which it is left alone."""


class Address:
    """What is known of one address."""

    __slots__ = (
        "_calls",
        "answers",
        "breaker",
        "busy_until",
        "heard",
        "host",
        "outstanding",
        "retired",
        "session",
        "timer",
    )

    def __init__(self, host: str, session: aiohttp.ClientSession, limits: Limits) -> None:
        """Call `host`, an IP address, over `session`."""
        self.host = host
        self.session = session
        self.breaker = Breaker(limits.failures, limits.open_seconds)
        self.timer: asyncio.TimerHandle | None = None
        """Half-opens the breaker."""
        self.outstanding = 0
        """Calls on the way."""
        self.answers = 0
        """Those of them that somebody waits for."""
        self.retired = False
        """Whether the model server's name has it no longer."""
        self.heard = -math.inf
        """When it answered last, in the event loop's time."""
        self.busy_until = -math.inf
        """Until when it asks to be spared, in the same time."""
        self._calls = limits.calls

    @property
    def usable(self) -> bool:
        """Whether it may be called; half-open, by one call that tries it."""
        state = self.breaker.state
        return state == "closed" or (state == "half-open" and not self.outstanding)

    @property
    def most(self) -> int:
        """How many calls for answers it may be sent at once."""
        state = self.breaker.state
        return self._calls if state == "closed" else int(state == "half-open")

    @property
    def free(self) -> int:
        """How many more calls for answers it may be sent."""
        if self.breaker.state == "closed":
            return max(0, self._calls - self.answers)
        return int(self.usable)

    def retire(self) -> None:
        """Let its calls end, and send it no more."""
        self.retired = True
        self.stop_timer()

    def stop_timer(self) -> None:
        """Forget to half-open it."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class _Fixed(AbstractResolver):
    """Gives one IP address for whatever name, so that the name stays in the request.

    The `Host` header and what a certificate is checked against are then as configured.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the address, whatever is asked for."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=self._host,
                port=port,
                family=self._family,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


def connections(host: str, connect_seconds: float) -> aiohttp.ClientSession:
    """Return the connections to an IP address, by whatever name it is called.

    Cookies, compression and headers that the protocol has no use for are left out: each costs time.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=_IDLE_SECONDS,
            resolver=_Fixed(host),
            use_dns_cache=False,
            happy_eyeballs_delay=None,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds),
    )
