"""The model server, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from inference import endpoints, hooks, metrics
from inference.lifespan import State, running
from inference.reloader import Source
from inference.settings import Settings
from kit import oip
from kit.app import create_service
from kit.probes import Readiness

_SCHEMAS = (oip.InferRequest, oip.InferResponse, oip.ModelMetadata, oip.ServerMetadata)


def create_app(settings: Settings, source: Source | None = None) -> FastAPI:
    """Return the model server; `source` replaces the registry and the cache, for tests."""
    readiness = Readiness()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, State]]:
        async with running(settings, readiness, source) as state:
            yield {"service": state}

    app = create_service(
        "inference",
        lifespan,
        readiness,
        schemas=_SCHEMAS,
        requests=metrics.HTTP_REQUESTS,
    )
    app.include_router(endpoints.router)
    app.include_router(hooks.router)
    return app
