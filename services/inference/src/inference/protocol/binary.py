"""Binary tensors: BYTES and FP64 elements as they stand behind the JSON of a body."""

import struct
from collections.abc import Sequence

from kit.errors import Invalid, Malformed

_LENGTH = struct.Struct("<I")


def split(body: bytes, declared: bytes) -> tuple[bytes, bytes]:
    """Return the JSON of a body and what is behind it; `declared` is the length of the JSON.

    Raises:
        Malformed: It is no length, or more than there is.
    """
    # Of more digits than the body's own length has, Python might refuse to make a number.
    most = len(str(len(body)))
    if not declared.isdigit() or len(declared) > most or (length := int(declared)) > len(body):
        msg = (
            f"Inference-Header-Content-Length must be the length of the JSON in the body, "
            f"which has {len(body)} bytes in all"
        )
        raise Malformed(msg)
    return body[:length], body[length:]


def texts(data: bytes, most: int, name: str) -> list[str]:
    """Return the elements of a BYTES tensor, which are UTF-8.

    Args:
        data: The tensor.
        most: How many elements are taken.
        name: Of the tensor, in errors.

    Raises:
        Malformed: An element is longer than what is left of `data`, or not UTF-8.
        Invalid: There are too many.
    """
    found: list[str] = []
    start = 0
    while start < len(data):
        if len(found) == most:
            msg = f"{name}: more than {most} elements, which are not taken at once"
            raise Invalid(msg)
        end = _end(data, start, f"{name}, element {len(found)}")
        try:
            found.append(data[start + _LENGTH.size : end].decode())
        except UnicodeDecodeError as error:
            msg = f"{name}, element {len(found)}: it is not UTF-8: {error.reason}"
            raise Malformed(msg) from error
        start = end
    return found


def _end(data: bytes, start: int, name: str) -> int:
    left = len(data) - start - _LENGTH.size
    if left >= 0:
        (length,) = _LENGTH.unpack_from(data, start)
        if length <= left:
            return start + _LENGTH.size + int(length)
    msg = f"{name}: it ends after the tensor does, a length of 4 bytes and so many bytes are needed"
    raise Malformed(msg)


def bytes_tensor(elements: Sequence[str]) -> bytes:
    """Return a BYTES tensor of `elements`, each in UTF-8 behind its length."""
    encoded = [element.encode() for element in elements]
    return b"".join(part for data in encoded for part in (_LENGTH.pack(len(data)), data))


def fp64_tensor(elements: Sequence[float]) -> bytes:
    """Return an FP64 tensor of `elements`, 8 bytes each."""
    return struct.pack(f"<{len(elements)}d", *elements)
