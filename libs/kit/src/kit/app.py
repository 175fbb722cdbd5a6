"""What every web service of ours has: request ids, problems, probes, metrics, true OpenAPI."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self

import msgspec
from fastapi import APIRouter, FastAPI
from prometheus_client import Counter
from starlette.types import Lifespan, Receive, Scope, Send

from kit import exposition, openapi, problems
from kit.guard import GUARD_STATUSES, Guard, guarded
from kit.hot import HotEndpoint
from kit.http_metrics import Answered, HttpMetricsMiddleware
from kit.probes import Readiness, probes_router
from kit.request_id import RequestIdMiddleware
from kit.unexpected import UnexpectedErrorMiddleware


@dataclass(frozen=True)
class Routes:
    """What a service answers beside probes and metrics."""

    hot: Sequence[HotEndpoint] = ()
    """What is asked at every message."""

    public: Sequence[APIRouter] = ()
    """All else that its clients ask."""

    admin: Sequence[APIRouter] = ()
    """What only operators ask."""

    schemas: Sequence[type[msgspec.Struct]] = ()
    """Types that the routers' endpoints encode with msgspec."""

    guard: Guard | None = None
    """Decides who may use the routers; each hot endpoint has its own."""


class Service(FastAPI):
    """A FastAPI app with hot endpoints, which it serves itself."""

    admin: Self | None = None
    """The app of the admin port, if it has one of its own."""

    answered: Answered
    """Counts the answers to what is refused before it has a route."""

    hot_endpoints: Sequence[HotEndpoint] = ()
    _by_path: dict[str, HotEndpoint]

    def serve_hot(self, endpoints: Sequence[HotEndpoint]) -> None:
        """Serve these endpoints before all others; an exact path goes before one with names."""
        self.hot_endpoints = endpoints
        self._by_path = {e.path: e for e in endpoints if not e.path_names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a hot endpoint's request, or leave it to FastAPI."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        endpoint = self._by_path.get(scope["path"]) or self._with_names(scope)
        await (endpoint or super().__call__)(scope, receive, send)

    def _with_names(self, scope: Scope) -> HotEndpoint | None:
        for endpoint in self.hot_endpoints:
            if endpoint.path_names and (match := endpoint.pattern.match(scope["path"])):
                scope["path_params"] = match.groupdict()
                return endpoint
        return None


def create_service(
    name: str,
    lifespan: Lifespan[FastAPI] | None,
    readiness: Readiness,
    *,
    routes: Routes,
    requests: Counter,
    admin_apart: bool = False,
) -> Service:
    """Return an app with what every service has.

    Args:
        name: Of the service.
        lifespan: Makes what endpoints work with, under the name `service`.
        readiness: What `/readyz` asks.
        routes: What the service answers.
        requests: Counts the answers by method, route and status.
        admin_apart: Whether what only operators ask (metrics, docs, the admin routers) is answered
            by `admin` alone, an app of its own that answers all the rest too. Both have the
            lifespan: who serves both runs one, and gives the other its state.
    """
    app = _bare(name, lifespan, has_docs=not admin_apart)
    _furnish(app, readiness, routes, requests, for_operators=not admin_apart)
    if admin_apart:
        app.admin = _bare(name, lifespan, has_docs=True)
        _furnish(app.admin, readiness, routes, requests, for_operators=True)
    return app


def _bare(name: str, lifespan: Lifespan[FastAPI] | None, *, has_docs: bool) -> Service:
    return Service(
        title=f"hamgate {name}",
        version=version(f"hamgate-{name}"),
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url="/openapi.json" if has_docs else None,  # the pages need it too
    )


def _furnish(
    app: Service, readiness: Readiness, routes: Routes, requests: Counter, *, for_operators: bool
) -> None:
    app.state.readiness = readiness
    app.answered = Answered(requests, "none")
    app.serve_hot(routes.hot)
    problems.install(app)
    # The last one added is the outermost: the id is set before anything is counted or fails.
    app.add_middleware(UnexpectedErrorMiddleware)
    app.add_middleware(HttpMetricsMiddleware, requests=requests)
    app.add_middleware(RequestIdMiddleware)
    # On both ports: a load balancer probes the one that it sends requests to.
    app.include_router(probes_router(readiness))
    if for_operators:
        app.include_router(exposition.router)
    guard = routes.guard
    for router in (*routes.public, *(routes.admin if for_operators else ())):
        app.include_router(
            router,
            dependencies=guarded(guard) if guard else None,
            responses=problems.openapi_problems(*GUARD_STATUSES) if guard else None,
        )
    openapi.complete(app, [problems.Problem, *routes.schemas], routes.hot)
