"""The request id: the client's or made here; in every answer, log line and call onwards."""

import re
import secrets
from contextvars import ContextVar, Token

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"

_ACCEPTED = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """Return the id of the request that this task serves, or None outside one."""
    return _current.get()


def given_or_new(given: str) -> str:
    """Return the id that a client gave, or a new one for none or one with odd characters."""
    return given if given and _ACCEPTED.fullmatch(given) else secrets.token_hex(16)


def entered(request_id: str) -> Token[str | None]:
    """Make it the id of the request that this task serves; `left` takes what is returned."""
    return _current.set(request_id)


def left(token: Token[str | None]) -> None:
    """End what `entered` began."""
    _current.reset(token)


class RequestIdMiddleware:
    """Give every HTTP request an id. An id with odd characters is replaced, not passed on."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request with its id set, and send the id back as a header."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = given_or_new(Headers(scope=scope).get(HEADER, ""))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        token = entered(request_id)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            left(token)
