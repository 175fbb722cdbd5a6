"""What every web service of ours has: request ids, problems, probes, metrics, true OpenAPI."""

from collections.abc import Sequence
from importlib.metadata import version

import msgspec
from fastapi import FastAPI
from prometheus_client import Counter
from starlette.types import Lifespan

from kit import exposition, openapi, problems
from kit.http_metrics import HttpMetricsMiddleware
from kit.probes import Readiness, probes_router
from kit.request_id import RequestIdMiddleware
from kit.unexpected import UnexpectedErrorMiddleware


def create_service(
    name: str,
    lifespan: Lifespan[FastAPI] | None,
    readiness: Readiness,
    *,
    schemas: Sequence[type[msgspec.Struct]],
    requests: Counter,
) -> FastAPI:
    """Return an app with what every service has.

    `schemas` are the types that its endpoints decode and encode with msgspec; `requests` counts
    its answers by method, route and status.
    """
    app = FastAPI(
        title=f"hamgate {name}",
        version=version(f"hamgate-{name}"),
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.readiness = readiness
    problems.install(app)
    # The last one added is the outermost: the id is set before anything is counted or fails.
    app.add_middleware(UnexpectedErrorMiddleware)
    app.add_middleware(HttpMetricsMiddleware, requests=requests)
    app.add_middleware(RequestIdMiddleware)
    app.include_router(probes_router(readiness))
    app.include_router(exposition.router)
    openapi.add_schemas(app, [problems.Problem, *schemas])
    return app
