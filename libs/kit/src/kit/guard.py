"""Who may ask: the seam between endpoints, hot and cold, and what knows the clients."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import Depends, Request, Security, params
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.types import Scope

GUARD_STATUSES = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""What a guarded endpoint can answer besides its own."""

CLIENT = "hamgate.client"
"""Key in the scope of a request for the name of who sends it, where a guard knows it."""

Scheme = HTTPBearer | APIKeyHeader
"""A way to say who asks."""


class Guard(Protocol):
    """Decides who may ask."""

    @property
    def schemes(self) -> Sequence[Scheme]:
        """The ways to say who asks, for OpenAPI; any of them will do."""

    def admit(self, scope: Scope) -> None:
        """Return if this request may be served; note under `CLIENT` who sends it, if known.

        Raises:
            Unauthenticated: It does not say who asks.
            Forbidden: It does, and may not.
        """


def guarded(guard: Guard) -> list[params.Depends]:
    """Return what makes FastAPI's endpoints ask `guard` first, and name it in OpenAPI."""

    async def admit(request: Request) -> None:
        guard.admit(request.scope)

    return [Depends(admit), *(Security(scheme) for scheme in guard.schemes)]


def guard_schemes(guard: Guard) -> dict[str, dict[str, Any]]:
    """Return the security schemes of a guard by name, as OpenAPI has them."""
    return {
        scheme.scheme_name: scheme.model.model_dump(mode="json", by_alias=True, exclude_none=True)
        for scheme in guard.schemes
    }
