"""JSON bodies: read within a limit, decoded into a type, errors that say where."""

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from kit.bodies import UNCOUNTED, BodyBudget
from kit.deadlines import Deadlines
from kit.errors import BodyTooLarge, BodyTooSlow, Invalid, Malformed, UnsupportedMedia

T = TypeVar("T")
_LONGEST = 20
JSON = b"application/json"


class BodyReader:
    """Reads the bodies of one endpoint, within its limits of size and time.

    Every body that was read is held until it is released.
    """

    def __init__(self, max_bytes: int, seconds: float, budget: BodyBudget) -> None:
        """Read at most `max_bytes` of each body, and wait at most `seconds` for it.

        All that share `budget` hold no more than it together.
        """
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._budget = budget
        self._uncounted = min(max_bytes, UNCOUNTED)
        self._deadlines = Deadlines(seconds)

    async def read(self, receive: Receive, declared: bytes = b"0") -> bytes:
        """Return a request's body; `declared` is the length that the client gives, if any.

        Raises:
            BodyTooLarge: The body has more than the limit; reading stops there.
            BodyTooSlow: It has not arrived whole in time.
            Unavailable: With those of other requests there would be too much.
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

    def release(self, body: bytes) -> None:
        """Hold a body no more: its request is answered."""
        if len(body) > UNCOUNTED:
            self._budget.give_back(len(body))

    async def _read(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = taken = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect  # noqa: TRY301  as the others
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > self._uncounted:
                    self._take(size, taken)
                    taken = size
                if not message.get("more_body", False):
                    return b"".join([*chunks, chunk]) if chunks else chunk
                chunks.append(chunk)
        except BaseException:
            self._budget.give_back(taken)
            raise

    def _take(self, size: int, taken: int) -> None:
        """Take for a body that now has `size` bytes what has not been taken yet."""
        if size > self._max_bytes:
            raise self._too_large()
        self._budget.take(size - taken)

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
