"""The gateway, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI

from gateway import metrics, schemas
from gateway.endpoints import admin_router, hot_endpoints, router
from gateway.keys.file import parse, read_bytes
from gateway.keys.guard import KeyGuard
from gateway.keys.watcher import following
from gateway.lifespan import State, running
from gateway.settings import Settings
from kit.app import Routes, Service, create_service
from kit.probes import Readiness
from rules.engine import Engine
from rules.loading import load_engine


def create_app(settings: Settings, engine: Engine | None = None) -> Service:
    """Return the gateway; `engine` decides first, or else one of the pack that the settings name.

    Raises:
        PackError: The rule pack cannot be loaded, or fails its own examples.
        KeysError: The file of API keys cannot be used.
    """
    keys_file = settings.api_keys_file
    guard = KeyGuard(parse(keys_file, read_bytes(keys_file))) if keys_file else None
    if engine is None:
        engine = load_engine(settings.pack_path, settings.rules_cache_folder)
    readiness = Readiness()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, State]]:
        keys = following(keys_file, guard) if keys_file and guard else nullcontext()
        async with keys, running(settings, engine, readiness) as state:
            yield {"service": state}

    routes = Routes(
        hot=hot_endpoints(settings, guard),
        public=[router],
        admin=[admin_router],
        schemas=(schemas.PackInfo, schemas.ModelInfo),
        guard=guard,
    )
    return create_service(
        "gateway",
        lifespan,
        readiness,
        routes=routes,
        requests=metrics.HTTP_REQUESTS,
        admin_apart=settings.admin_port is not None,
    )
