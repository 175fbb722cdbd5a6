"""What every web service of ours has: request ids, problems, probes, metrics, true OpenAPI."""

from collections.abc import Sequence
from importlib.metadata import version

import msgspec
from fastapi import FastAPI
from prometheus_client import Counter
from starlette.types import Lifespan, Receive, Scope, Send

from kit import exposition, openapi, problems
from kit.hot import HotEndpoint
from kit.http_metrics import HttpMetricsMiddleware
from kit.probes import Readiness, probes_router
from kit.request_id import RequestIdMiddleware
from kit.unexpected import UnexpectedErrorMiddleware


class Service(FastAPI):
    """A FastAPI app with hot endpoints, which it serves itself."""

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
    hot_endpoints: Sequence[HotEndpoint],
    schemas: Sequence[type[msgspec.Struct]],
    requests: Counter,
) -> Service:
    """Return an app with what every service has.

    Args:
        name: Of the service.
        lifespan: Makes what endpoints work with, under the name `service`.
        readiness: What `/readyz` asks.
        hot_endpoints: What is asked at every message.
        schemas: Types that the other endpoints encode with msgspec.
        requests: Counts the answers by method, route and status.
    """
    app = Service(
        title=f"hamgate {name}",
        version=version(f"hamgate-{name}"),
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.readiness = readiness
    app.serve_hot(hot_endpoints)
    problems.install(app)
    # The last one added is the outermost: the id is set before anything is counted or fails.
    app.add_middleware(UnexpectedErrorMiddleware)
    app.add_middleware(HttpMetricsMiddleware, requests=requests)
    app.add_middleware(RequestIdMiddleware)
    app.include_router(probes_router(readiness))
    app.include_router(exposition.router)
    openapi.complete(app, [problems.Problem, *schemas], hot_endpoints)
    return app
