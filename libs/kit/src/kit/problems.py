"""Errors as RFC 9457 `application/problem+json`: one table from error class to status."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kit import errors
from kit.request_id import current_request_id

MEDIA_TYPE = "application/problem+json"
_HEAD, _TAIL = 200, 97
"""How much of a longer detail is told, in characters: what is wrong stands first, where it is
last, and between them what the client itself has sent."""

STATUS: Mapping[type[errors.ServiceError], HTTPStatus] = {
    errors.HeadTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.HeadTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    errors.UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.SwitchedOff: HTTPStatus.NOT_IMPLEMENTED,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Problem(msgspec.Struct, omit_defaults=True):
    """The body of an error answer (RFC 9457); `error` repeats `detail`, as a protocol wants it."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    request_id: str | None = None
    error: str | None = None


def problem_response(
    status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return `detail` as a problem of this status; of one above 300 characters only both ends.

    The member `error` is what the Open Inference Protocol reads; other clients may ignore it.
    """
    if len(detail) > _HEAD + _TAIL + 3:
        detail = f"{detail[:_HEAD]} … {detail[-_TAIL:]}"
    problem = Problem(
        title=status.phrase,
        status=status.value,
        detail=detail,
        request_id=current_request_id(),
        error=detail,
    )
    body = msgspec.json.encode(problem)
    return Response(body, status.value, dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: errors.ServiceError) -> Response:
    """Return the answer to an error, whose status its class has in `STATUS`."""
    headers = {}
    if isinstance(error, errors.Unavailable):
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    elif isinstance(error, errors.MethodNotAllowed):
        headers["Allow"] = error.allowed
    elif isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = error.challenge
    status = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
    return problem_response(status, str(error), headers)


JSON_BODY_STATUSES = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
"""What any endpoint that reads a JSON body can answer."""


def openapi_problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an endpoint that can answer with these problems."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status.value: {
            "description": status.phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Make `app` answer every expected error with a problem."""
    # Starlette's type of a handler takes any exception, though it calls each with its own class.
    app.add_exception_handler(errors.ServiceError, _service_error)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http_exception)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _validation_error)  # type: ignore[arg-type]


async def _service_error(_request: Request, error: errors.ServiceError) -> Response:
    return problem_of(error)


async def _http_exception(_request: Request, error: HTTPException) -> Response:
    return problem_response(HTTPStatus(error.status_code), error.detail, error.headers)


async def _validation_error(_request: Request, error: RequestValidationError) -> Response:
    found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, found)
