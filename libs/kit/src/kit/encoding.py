"""JSON answers of cold endpoints."""

from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Response

_encode = msgspec.json.Encoder().encode


def json_response(content: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a struct, or anything else that msgspec encodes, as a JSON answer."""
    return Response(_encode(content), status.value, media_type="application/json")
