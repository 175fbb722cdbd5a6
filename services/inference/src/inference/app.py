"""The model server, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from inference import endpoints, hooks, metrics
from inference.following.reloader import Source
from inference.lifespan import State, running
from inference.settings import Settings
from kit import oip
from kit.app import Routes, Service, create_service
from kit.bodies import BodyBudget
from kit.probes import Readiness


def create_app(settings: Settings, source: Source | None = None) -> Service:
    """Return the model server; `source` replaces the registry and the cache, for tests."""
    readiness = Readiness()
    budget = BodyBudget(settings.max_bodies_bytes)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, State]]:
        async with running(settings, readiness, budget, source) as state:
            yield {"service": state}

    routes = Routes(
        hot=endpoints.hot_endpoints(settings, budget),
        public=[endpoints.router, hooks.router],
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
