"""Counting answers by method, route and status, and at log level `debug` a line for each."""

from http import HTTPStatus

import structlog
from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

_CLIENT_GONE = 499  # NGINX's number for it; HTTP itself has none
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetricsMiddleware:
    """Count every answer. What a client makes up (path, method) never becomes a label."""

    def __init__(self, app: ASGIApp, requests: Counter) -> None:
        """Wrap `app` and count in `requests`, whose labels are method, route and status."""
        self.app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and count its answer.

        One that died without an answer counts as 500, one whose client went away before it as 499.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = _CLIENT_GONE

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            status = HTTPStatus.INTERNAL_SERVER_ERROR.value
            raise
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._requests.labels(method, route, str(status)).inc()
            log.debug("answered", method=method, route=route, status=status)
