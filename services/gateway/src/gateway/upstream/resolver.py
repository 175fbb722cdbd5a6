"""Following the model server's name: a headless service has an address for each replica."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

import structlog

from gateway import metrics
from gateway.upstream.pool import Pool

log = structlog.get_logger(__name__)


async def look_up(name: str) -> list[str]:
    """Return the IP addresses of a host name, each once; an IP address is its own.

    Raises:
        OSError: The name cannot be looked up, or has no address.
    """
    try:
        return [str(ipaddress.ip_address(name))]
    except ValueError:
        pass
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))


class Resolver:
    """Looks the name up now and then, and gives the pool what it has."""

    def __init__(
        self,
        name: str,
        pool: Pool,
        seconds: float,
        *,
        look_up: Callable[[str], Awaitable[list[str]]] = look_up,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Follow `name` into `pool`.

        Args:
            name: A host name or an IP address.
            pool: What calls the addresses.
            seconds: How long to wait from one look-up to the next.
            look_up: Returns the addresses of a name, or raises `OSError`.
            pause: Waits for so many seconds.
        """
        self._name = name
        self._pool = pool
        self._seconds = seconds
        self._look_up = look_up
        self._pause = pause
        self._trouble = False
        self._known: list[str] = []

    async def run(self) -> None:
        """Look the name up, again and again, until cancelled."""
        while True:
            await self.resolve()
            await self._pause(self._seconds)

    async def resolve(self) -> None:
        """Look the name up once. Without an answer what is known stays in use."""
        try:
            found = sorted(await self._look_up(self._name))
        except (OSError, UnicodeError) as error:  # a name that is no name at all is the latter
            metrics.MODEL_RESOLUTIONS.labels("failed").inc()
            if not self._trouble:
                log.warning("model_server_name_unknown", name=self._name, reason=str(error))
            self._trouble = True
            return
        metrics.MODEL_RESOLUTIONS.labels("ok").inc()
        self._trouble = False
        if found and found != self._known:
            log.info("model_server_addresses", addresses=found, before=self._known)
            self._known = found
            self._pool.keep(found)
