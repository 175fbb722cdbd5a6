"""JSON bodies: read within a limit, decoded into a type, errors that say where."""

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from kit.deadlines import Deadlines
from kit.errors import BodyTooLarge, BodyTooSlow, Invalid, Malformed, UnsupportedMedia

T = TypeVar("T")
_LONGEST = 20
JSON = b"application/json"


class BodyReader:
    """Reads the bodies of one endpoint, within its limits of size and time."""

    def __init__(self, max_bytes: int, seconds: float) -> None:
        """Read at most `max_bytes` of each body, and wait at most `seconds` for it."""
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._deadlines = Deadlines(seconds)

    async def read(self, receive: Receive, declared: bytes = b"0") -> bytes:
        """Return a request's body; `declared` is the length that the client gives, if any.

        Raises:
            BodyTooLarge: The body has more than the limit; reading stops there.
            BodyTooSlow: It has not arrived whole in time.
            ClientDisconnect: The client went away before it had sent all.
        """
        # Of more digits than any length has, Python refuses to make a number; what comes is
        # counted.
        if declared.isdigit() and len(declared) < _LONGEST and int(declared) > self._max_bytes:
            raise self._too_large()
        try:
            with self._deadlines:
                return await self._read(receive)
        except TimeoutError as error:
            msg = f"the body did not arrive within {self._seconds:g} s"
            raise BodyTooSlow(msg) from error

    async def _read(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > self._max_bytes:
                raise self._too_large()
            if not message.get("more_body", False):
                return b"".join([*chunks, chunk]) if chunks else chunk
            chunks.append(chunk)

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"the body has more than {self._max_bytes} bytes")


def check_json(content_type: bytes) -> None:
    """Check that a content type is that of JSON; parameters such as a charset are ignored.

    Raises:
        UnsupportedMedia: It is another.
    """
    media_type = content_type.partition(b";")[0].strip()
    if media_type.lower() != JSON:
        msg = f"the body must be application/json, not {media_type.decode('latin-1')}"
        raise UnsupportedMedia(msg)


def decode_json(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Return a body as the decoder's type.

    Raises:
        Malformed: It is not JSON, or not UTF-8.
        Invalid: It is JSON of another shape; the message has the path of the fault.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"the body is not JSON in UTF-8: {error}"
        raise Malformed(msg) from error
