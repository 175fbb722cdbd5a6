"""Hot endpoints: plain ASGI inside a FastAPI app, for what is asked at every message.

FastAPI's routing, dependencies and middlewares cost several times what an empty ASGI app does. A
hot endpoint is found by its path before them all, and does for itself what they do for the others:
request id, problems, metrics, a line in the log. `kit.openapi` documents it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from kit.body import JSON, BodyReader, check_json, decode_json
from kit.errors import MethodNotAllowed, ServiceError
from kit.guard import CLIENT, Guard
from kit.http_metrics import CLIENT_GONE, Answered
from kit.problems import problem_of
from kit.request_id import HEADER, entered, given_or_new, left
from kit.tally import Tally
from kit.unexpected import unexpected

T = TypeVar("T")
log = structlog.get_logger(__name__)
_ID = HEADER.encode()
_JSON_HEADERS = ((b"content-type", JSON),)
_METHOD = "POST"


GONE = "hamgate.gone"
"""Key in the scope of what the server calls when the client goes away before it is answered."""


class HotRequest:
    """A request whose body has been read."""

    __slots__ = ("_receive", "_task", "body", "content_type", "is_abandoned", "scope")

    def __init__(self, scope: Scope, receive: Receive, content_type: bytes, body: bytes) -> None:
        """Take what came."""
        self.scope = scope
        self._receive = receive
        self.content_type = content_type
        self.body = body
        self.is_abandoned = False
        """Whether the client went away, and the work was cancelled for it."""
        self._task = asyncio.current_task()
        # ASGI tells of it only who waits for it, and a task that waits costs more than most work.
        scope[GONE] = self.abandon

    def abandon(self) -> None:
        """Cancel the work: nobody waits for the answer any more."""
        if self._task is not None:
            self.is_abandoned = True
            self._task.cancel()

    @property
    def state(self) -> Any:
        """What the service's lifespan has made."""
        return self.scope["state"]["service"]

    @property
    def path_params(self) -> dict[str, str]:
        """The values of the names in the endpoint's path."""
        params: dict[str, str] = self.scope["path_params"]
        return params

    @property
    def client(self) -> str | None:
        """The name of who sends it, if the guard knows it."""
        name: str | None = self.scope.get(CLIENT)
        return name

    def header(self, name: bytes) -> bytes | None:
        """Return the first header of a name, which is in lower case."""
        return next((value for key, value in self.scope["headers"] if key == name), None)

    def json(self, decoder: msgspec.json.Decoder[T]) -> T:
        """Return the body as the decoder's type.

        Raises:
            UnsupportedMedia: The content type is not JSON's.
            Malformed: The body is not JSON, or not UTF-8.
            Invalid: It is JSON of another shape.
        """
        if self.content_type != JSON:
            check_json(self.content_type)
        return decode_json(decoder, self.body)

    async def is_disconnected(self) -> bool:
        """Return whether the client has gone."""
        return await Request(self.scope, self._receive).is_disconnected()


class Answer(NamedTuple):
    """What an endpoint answers when all is well."""

    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = _JSON_HEADERS
    status: int = 200


Work = Callable[[HotRequest], Awaitable[Answer]]


@dataclass(frozen=True)
class Binary:
    """Another form of the bodies that an endpoint takes and answers: JSON, and data behind it."""

    content_type: str
    length_header: str
    """Header of both that says where the JSON ends, in bytes."""
    description: str


@dataclass(frozen=True)
class Document:
    """What OpenAPI says of an endpoint; its description is the docstring of the work."""

    summary: str
    tag: str
    takes: type[msgspec.Struct]
    answers: type[msgspec.Struct]
    answer: str
    """What the answer is, in words."""
    problems: Sequence[HTTPStatus]
    """The statuses that are answered with a problem."""
    binary: Binary | None = None
    """Another form of request and answer, for those who want it."""
    statuses: Sequence[HTTPStatus] = (HTTPStatus.OK,)
    """The statuses that are answered with `answers`."""
    condition: Mapping[str, Any] = field(default_factory=dict)
    """What JSON Schema says of `takes` that a type cannot: which of its fields go together."""


class HotEndpoint:
    """Serves POST at one path."""

    def __init__(
        self,
        path: str,
        work: Work,
        document: Document,
        *,
        reader: BodyReader,
        requests: Tally,
        guard: Guard | None = None,
    ) -> None:
        """Answer what is posted to `path` with what `work` makes of it.

        Args:
            path: Starlette's kind of path, with the names of parameters in braces.
            work: Makes the answer. It may raise any `ServiceError`.
            document: What OpenAPI says.
            reader: Reads the bodies.
            requests: Counts the answers by method, route and status.
            guard: Decides who may ask; everybody may without one.
        """
        self.path = path
        self.pattern, _, converters = compile_path(path)
        self.path_names = tuple(converters)
        self.work = work
        self.document = document
        self.guard = guard
        self._reader = reader
        self._answered = Answered(requests, path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        given, content_type, length = _read_head(scope["headers"])
        request_id = given_or_new(given.decode("latin-1"))
        token = entered(request_id)
        status = CLIENT_GONE
        request: HotRequest | None = None
        body = b""
        try:
            if self.guard is not None:
                self.guard.admit(scope)
            if scope["method"] != _METHOD:
                msg = f"{self.path} takes {_METHOD} only"
                raise MethodNotAllowed(msg, allowed=_METHOD)  # noqa: TRY301  as the work's errors
            body = await self._reader.read(receive, length)
            request = HotRequest(scope, receive, content_type, body)
            answer = await self.work(request)
            await _send(send, answer, request_id)
            status = answer.status
        except asyncio.CancelledError:
            if request is None or not request.is_abandoned:
                raise
            log.debug("client_gone")
        except Exception as error:  # noqa: BLE001  what nobody foresaw is logged and answered
            if (response := _answer_to(error)) is not None:
                status = response.status_code
                response.headers[HEADER] = request_id
                await response(scope, receive, send)
        finally:
            scope.pop(GONE, None)  # it refers to the request, which refers to the scope
            self._reader.release(body)
            self._answered.count(scope["method"], status)
            left(token)


def _read_head(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bytes]:
    """Return the request id that the client gave, the content type and the length of the body."""
    given, content_type, length = b"", JSON, b"0"
    for name, value in headers:
        if name == b"content-length":
            length = value
        elif name == b"content-type":
            content_type = value
        elif name == _ID:
            given = value
    return given, content_type, length


def _answer_to(error: Exception) -> Response | None:
    """Return the answer to a request that met an error; None if nobody is left to be answered."""
    if isinstance(error, ServiceError):
        return problem_of(error)
    if isinstance(error, ClientDisconnect):
        log.debug("client_gone")
        return None
    return unexpected(error)


async def _send(send: Send, answer: Answer, request_id: str) -> None:
    headers = [
        *answer.headers,
        (b"content-length", b"%d" % len(answer.body)),
        (_ID, request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
