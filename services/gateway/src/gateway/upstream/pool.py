"""Connections to all addresses of the model server, and which of them a call goes to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar

import aiohttp
import structlog
from aiohttp.hdrs import RETRY_AFTER

from gateway import metrics
from gateway.errors import ModelUnavailable
from gateway.upstream.address import Address, Limits

log = structlog.get_logger(__name__)

T = TypeVar("T")
_LOST = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)
"""A connection that was not made, or was lost: before the answer, or within its body."""

_BUSY_SECONDS = 1.0
"""How long an address that has too much to do, or no model yet, is called only if all others have:
it answers at once, and would else be the least busy."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model server answers."""

    status: int
    body: bytes | bytearray
    busy: bool = False
    """Whether it is a 503 with `Retry-After`: of a server that is well, and has too much to do."""


@dataclass(frozen=True)
class Call(Generic[T]):
    """A call to the model server, whichever address it goes to."""

    method: str
    url: str
    headers: Mapping[str, str]
    deadline: float
    """When it is given up, in the event loop's time; a second try has no more time."""
    most_bytes: int
    """The largest answer that is read."""
    read: Callable[[Reply], T]
    """Makes of the answer what is wanted. A `ModelUnavailable` that it raises speaks against the
    address, unless that is busy: one that answers nonsense at once would else be the least busy."""
    body: bytes | None = None
    for_answers: bool = False
    """Whether somebody waits for it: only such calls are limited in number."""


class Pool:
    """Sends each call to the address with the fewest calls on the way; ties take turns.

    An address whose calls fail in a row is left alone for a while (`Breaker`). A call that lost its
    connection, before or within the answer, is made once more, in the same time: on another
    address, or on the only one if that had taken the connection. Scoring changes nothing, so it may
    be done twice.
    """

    def __init__(
        self, limits: Limits, connect: Callable[[str], aiohttp.ClientSession], seconds: float
    ) -> None:
        """Begin without an address; `keep` gives them.

        Args:
            limits: What holds for each address.
            connect: Returns the connections to an address.
            seconds: The time that a call has if it need not wait for others first: only one that
                had most of it speaks against an address when it is over.
        """
        self._limits = limits
        self._connect = connect
        self._seconds = seconds
        self._addresses: list[Address] = []
        self._turn = 0
        self._closing: set[asyncio.Task[None]] = set()
        self._trouble = "its name has no address yet"
        self.usable = False
        """Whether any address can be called now."""
        self.free = 0
        """How many more calls for answers may be made now."""
        self.most = 0
        """How many of them there may be at once."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when an address comes or goes, opens or closes."""

    def keep(self, hosts: Sequence[str]) -> None:
        """Use the addresses in `hosts`, and let go of others when their calls have ended."""
        for address in self._addresses:
            if address.host not in hosts:
                address.retire()
                if not address.outstanding:
                    self._close(address)
        known = {a.host: a for a in self._addresses}
        self._addresses = [
            known.get(host) or Address(host, self._connect(host), self._limits) for host in hosts
        ]
        self._changed()

    async def call(self, call: Call[T]) -> T:
        """Return what the call reads in the model server's answer.

        Raises:
            ModelUnavailable: There was none in time, or one that is larger than it may be, or there
                is nothing that may be called.
            Exception: What reading it raises.
        """
        address = self._pick(call, self._addresses)
        if address is None:
            raise self.unavailable()
        try:
            return await self._try(address, call)
        except ModelUnavailable as error:
            again = self._again(address, call, error.__cause__)
            if again is None:
                raise
            metrics.MODEL_RETRIES.inc()
            return await self._try(again, call)

    def unavailable(self) -> ModelUnavailable:
        """Return the error of a time in which no address may be called."""
        return ModelUnavailable(f"the model server is not asked for now: {self._trouble}", "open")

    async def close(self) -> None:
        """Close all connections."""
        for address in self._addresses:
            address.retire()
            self._close(address)
        self._addresses = []
        while self._closing:
            await asyncio.wait(self._closing)

    def _pick(self, call: Call[T], addresses: Sequence[Address]) -> Address | None:
        usable = [a for a in addresses if a.usable]
        if call.for_answers and len(usable) > 1:
            # A second try may find no room anywhere; it then goes over the limit, once.
            usable = [a for a in usable if a.free] or usable
        if len(usable) > 1:
            now = asyncio.get_running_loop().time()
            usable = [a for a in usable if a.busy_until <= now] or usable
        if len(usable) <= 1:
            return usable[0] if usable else None
        self._turn += 1
        turn = self._turn % len(usable)
        return min(usable[turn:] + usable[:turn], key=lambda a: a.outstanding)

    def _again(self, failed: Address, call: Call[T], cause: BaseException | None) -> Address | None:
        """Return the address for the second try of a call that failed, if it may have one."""
        if not isinstance(cause, _LOST):
            return None
        connected = not isinstance(cause, aiohttp.ClientConnectorError | TimeoutError)
        others = [a for a in self._addresses if a is not failed]
        if other := self._pick(call, others):
            return other
        return failed if connected and failed.usable else None

    async def _try(self, address: Address, call: Call[T]) -> T:
        loop = asyncio.get_running_loop()
        started = loop.time()
        self._take(address, call, 1)
        try:
            async with asyncio.timeout_at(call.deadline):
                reply = await _ask(address.session, call)
        except (aiohttp.ClientError, TimeoutError) as error:
            # By name only: the error's own text can quote the answer, and has the inner address.
            reason = type(error).__name__
            log.warning("model_server_unreachable", address=address.host, reason=reason)
            timed_out = type(error) is TimeoutError
            if not timed_out or loop.time() - started >= self._seconds / 2:
                hangs = timed_out and address.heard < started
                self._failed(address, f"it does not answer ({reason})", at_once=hangs)
            msg = f"the model server does not answer ({reason})"
            raise ModelUnavailable(msg) from error
        except ModelUnavailable as error:
            self._failed(address, str(error))
            raise
        finally:
            self._take(address, call, -1)
        address.heard = loop.time()
        return self._read(address, call, reply)

    def _read(self, address: Address, call: Call[T], reply: Reply) -> T:
        """Return what the call reads in a reply, and judge the address by it."""
        try:
            found = call.read(reply)
        except ModelUnavailable as error:
            if reply.busy:
                self._succeeded(address)
                address.busy_until = address.heard + _BUSY_SECONDS
            else:
                self._failed(address, str(error))
            raise
        except Exception:
            self._succeeded(address)
            raise
        self._succeeded(address)
        return found

    def _take(self, address: Address, call: Call[T], calls: int) -> None:
        address.outstanding += calls
        if call.for_answers:
            address.answers += calls
        self._count()
        if address.retired and not address.outstanding:
            self._close(address)

    def _failed(self, address: Address, trouble: str, *, at_once: bool = False) -> None:
        """Count a failure against an address; `at_once` leaves it alone from the first one on."""
        seconds = address.breaker.failed(at_once=at_once)
        if seconds is None or address.retired:
            return
        self._trouble = f"after failures in a row it is left alone for a while ({trouble})"
        metrics.MODEL_BREAKS.inc()
        log.warning(
            "model_server_left_alone", address=address.host, seconds=round(seconds, 2), why=trouble
        )
        loop = asyncio.get_running_loop()
        address.timer = loop.call_later(seconds, self._half_open, address)
        self._changed()

    def _half_open(self, address: Address) -> None:
        address.breaker.half_open()
        self._changed()

    def _succeeded(self, address: Address) -> None:
        was = address.breaker.state
        address.breaker.succeeded()
        if was != "closed":
            address.stop_timer()
            log.info("model_server_back", address=address.host)
            self._changed()

    def _count(self) -> None:
        self.free = sum(a.free for a in self._addresses)
        self.most = sum(a.most for a in self._addresses)
        self.usable = any(a.usable for a in self._addresses)

    def _changed(self) -> None:
        self._count()
        states = [a.breaker.state for a in self._addresses]
        for state in ("closed", "open", "half-open"):
            metrics.MODEL_ADDRESSES.labels(state).set(states.count(state))
        self.on_change()

    def _close(self, address: Address) -> None:
        task = asyncio.get_running_loop().create_task(address.session.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _ask(session: aiohttp.ClientSession, call: Call[T]) -> Reply:
    # A redirect is not followed: it would carry the texts to another server.
    async with session.request(
        call.method, call.url, data=call.body, headers=call.headers, allow_redirects=False
    ) as response:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > call.most_bytes:
                response.close()
                msg = f"the model server's answer has more than {call.most_bytes} bytes"
                raise ModelUnavailable(msg, "unusable")
        busy = response.status == HTTPStatus.SERVICE_UNAVAILABLE and RETRY_AFTER in response.headers
        return Reply(response.status, body, busy)
