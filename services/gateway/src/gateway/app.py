"""The gateway, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from gateway import metrics, schemas
from gateway.endpoints import router
from gateway.lifespan import State, running
from gateway.rules.pack import default_pack_path, load_pack
from gateway.settings import Settings
from kit.app import create_service
from kit.probes import Readiness

_SCHEMAS = (
    schemas.ClassifyRequest,
    schemas.ClassifyResponse,
    schemas.BatchRequest,
    schemas.BatchResponse,
    schemas.PackInfo,
    schemas.ModelInfo,
)


def create_app(settings: Settings) -> FastAPI:
    """Return the gateway.

    Raises:
        PackError: The rule pack cannot be loaded, or fails its own examples.
    """
    pack = load_pack(settings.rules_file or default_pack_path())
    readiness = Readiness()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, State]]:
        async with running(settings, pack, readiness) as state:
            yield {"service": state}

    app = create_service(
        "gateway", lifespan, readiness, schemas=_SCHEMAS, requests=metrics.HTTP_REQUESTS
    )
    app.include_router(router)
    return app
