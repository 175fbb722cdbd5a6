"""The model that serves now, asked once for all who want to know at the same time."""

import asyncio
import copy
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from gateway.errors import ModelUnavailable
from gateway.upstream.prediction import ServedModel

Outcome = ServedModel | ModelUnavailable

_FRESH_SECONDS = 1.0


class Client(Protocol):
    """What can be asked for the model that serves."""

    async def served(self) -> ServedModel:
        """Return it, or raise `ModelUnavailable`."""


ClientT = TypeVar("ClientT", bound=Client)


class Metadata(Generic[ClientT]):
    """Shares one call to the model server between all requests that come while it is fresh.

    Otherwise each request for it would be a call, and who asks often enough would take the model
    server from the messages.
    """

    def __init__(self, client: ClientT, clock: Callable[[], float] = time.monotonic) -> None:
        """Ask `client`, whose answer is good for a second by `clock`."""
        self.client = client
        self._clock = clock
        self._asked: asyncio.Task[Outcome] | None = None
        self._fresh_until = 0.0

    async def served(self) -> ServedModel:
        """Return the model that serves.

        Raises:
            ModelUnavailable: The model server gave no answer that can be used.
        """
        if self._asked is None or (self._asked.done() and self._clock() >= self._fresh_until):
            self._asked = asyncio.create_task(self._outcome())
        # Shielded: who goes away first does not take the answer from the others.
        outcome = await asyncio.shield(self._asked)
        if isinstance(outcome, ModelUnavailable):
            raise copy.copy(outcome)  # raising one changes it
        return outcome

    async def _outcome(self) -> Outcome:
        try:
            return await self.client.served()
        except ModelUnavailable as error:
            return error
        finally:
            self._fresh_until = self._clock() + _FRESH_SECONDS
