"""JSON bodies in and out: read within a limit, decoded into a type, errors that say where."""

import asyncio
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from fastapi import Request, Response

from kit.errors import BodyTooLarge, BodyTooSlow, Invalid, Malformed, UnsupportedMedia

T = TypeVar("T")
_LONGEST = 20
_encode = msgspec.json.Encoder().encode


async def read_json(
    request: Request,
    decoder: msgspec.json.Decoder[T],
    *,
    max_bytes: int,
    seconds: float,
) -> T:
    """Return the request's body as the decoder's type.

    Raises:
        UnsupportedMedia: The content type is given and is not JSON.
        BodyTooLarge: The body has more than `max_bytes`; reading stops there.
        BodyTooSlow: It has not arrived whole after `seconds`.
        Malformed: It is not JSON, or not UTF-8.
        Invalid: It is JSON of another shape; the message has the path of the fault.
    """
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if media_type.lower() != "application/json":
        msg = f"the body must be application/json, not {media_type}"
        raise UnsupportedMedia(msg)
    try:
        async with asyncio.timeout(seconds):
            body = await _read(request, max_bytes)
    except TimeoutError as error:
        msg = f"the body did not arrive within {seconds:g} s"
        raise BodyTooSlow(msg) from error
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"the body is not JSON in UTF-8: {error}"
        raise Malformed(msg) from error


async def _read(request: Request, max_bytes: int) -> bytes:
    msg = f"the body has more than {max_bytes} bytes"
    declared = request.headers.get("content-length", "0")
    # Of more digits than any length has, Python refuses to make a number; what comes is counted.
    if declared.isdecimal() and len(declared) < _LONGEST and int(declared) > max_bytes:
        raise BodyTooLarge(msg)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLarge(msg)
    return bytes(body)


def json_response(content: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a struct, or anything else that msgspec encodes, as a JSON answer."""
    return Response(_encode(content), status.value, media_type="application/json")
