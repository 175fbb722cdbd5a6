"""`/livez` and `/readyz`: a check is declared where the thing that it checks is made."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

Check = Callable[[], str | None]
"""Returns None when all is well, else one line that says what is missing. Must not block."""


class Readiness:
    """The checks that a service must pass before it is sent requests."""

    def __init__(self) -> None:
        """Start with no check, and not ready: a service that is still starting is not."""
        self._checks: dict[str, Check] = {}
        self._accepting = False

    def register(self, name: str, check: Check) -> None:
        """Add a check under a name that is shown by `/readyz`."""
        self._checks[name] = check

    def accept(self) -> None:
        """Say that the service has started."""
        self._accepting = True

    def refuse(self) -> None:
        """Say that the service is going away: it stays live, and is sent nothing new."""
        self._accepting = False

    def failures(self) -> dict[str, str]:
        """Return what keeps the service from being ready, by check."""
        if not self._accepting:
            return {"service": "starting or shutting down"}
        results = {name: check() for name, check in self._checks.items()}
        return {name: reason for name, reason in results.items() if reason is not None}


def probes_router(readiness: Readiness) -> APIRouter:
    """Return the two probes; 200 when live or ready, 503 with the reasons when not ready."""
    router = APIRouter(tags=["operations"])

    @router.get("/livez", summary="Is the process alive?")
    async def livez() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/readyz", summary="May it be sent requests?")
    async def readyz() -> JSONResponse:
        if failures := readiness.failures():
            body = {"status": "not ready", "failures": failures}
            return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ready"})

    return router
