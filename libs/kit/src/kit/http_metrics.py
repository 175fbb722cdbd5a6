"""Counting answers by method, route and status, and at log level `debug` a line for each."""

import logging
from http import HTTPStatus

import structlog
from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)
_level = logging.getLogger(__name__)

CLIENT_GONE = 499
"""The status under which a request is counted whose client went away before the answer: NGINX's
number for it; HTTP itself has none."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Answered:
    """Counts the answers of one route. What a client makes up (path, method) is never a label."""

    def __init__(self, requests: Counter, route: str) -> None:
        """Count in `requests`, whose labels are method, route and status."""
        self._requests = requests
        self._route = route
        self._children: dict[tuple[str, int], Counter] = {}

    def count(self, method: str, status: int) -> None:
        """Count one answer."""
        child = self._children.get((method, status))
        if child is None:
            shown = method if method in _METHODS else "other"
            child = self._requests.labels(shown, self._route, str(int(status)))
            if shown == method:  # so that there are as many as there are methods, and no more
                self._children[method, status] = child
        child.inc()
        # Asked first, as making the call costs more than all of the above.
        if _level.isEnabledFor(logging.DEBUG):
            log.debug("answered", method=method, route=self._route, status=int(status))


class HttpMetricsMiddleware:
    """Count every answer of an app's routes."""

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
        status = CLIENT_GONE

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            raise
        finally:
            route = getattr(scope.get("route"), "path", "none")
            Answered(self._requests, route).count(scope["method"], status)
