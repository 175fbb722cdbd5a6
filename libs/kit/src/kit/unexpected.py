"""Errors that nobody foresaw: logged with their traceback, answered with 500 and the request id."""

from http import HTTPStatus

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.problems import problem_response

log = structlog.get_logger(__name__)


def unexpected(error: Exception) -> Response:
    """Log an error with its traceback, and return the answer to the request that met it."""
    log.error("unexpected_error", error=type(error).__name__, exc_info=error)
    detail = "something went wrong here; the log has the reason under the request id"
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


class UnexpectedErrorMiddleware:
    """Answer what no handler caught, here and not in Starlette's outermost layer.

    There the request id is gone already, so neither the log line nor the answer could have it.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an exception is answered if no answer has been begun, else raised."""
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except ClientDisconnect:
            # Nobody is left to be answered, and nothing is wrong with us.
            log.debug("client_gone")
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            await unexpected(error)(scope, receive, send)
