"""The model server, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from inference import metrics
from inference.endpoints import hot_endpoints, router
from inference.lifespan import State, running
from inference.registry import Registry
from inference.reloader import Source
from inference.settings import Settings
from inference.source import RegistrySource
from kit import oip
from kit.app import Routes, Service, create_service
from kit.probes import Readiness


def create_app(settings: Settings, source: Source | None = None) -> Service:
    """Return the model server; `source` replaces the MLflow registry, for tests."""
    readiness = Readiness()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, State]]:
        async with running(settings, source or _registry(settings), readiness) as state:
            yield {"service": state}

    routes = Routes(
        hot=hot_endpoints(settings),
        public=[router],
        schemas=(oip.ModelMetadata, oip.ServerMetadata),
    )
    return create_service(
        "inference",
        lifespan,
        readiness,
        routes=routes,
        requests=metrics.HTTP_REQUESTS,
        admin_apart=settings.admin_port is not None,
    )


def _registry(settings: Settings) -> RegistrySource:
    return RegistrySource(Registry(settings.tracking_uri, settings.cache_dir))
