"""A compiled model: flat tables, in memory and as one file."""

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.errors import Untrusted
from inference.model.lookup.characters import Characters
from inference.model.lookup.dictionary import Dictionary
from inference.model.preparation import Preparation
from inference.model.weighting import Weighting

FORMAT: Final = 1
"""Raised with every change to what is written."""

_MAGIC = b"hamgate tables %d\n"
_DIGEST_BYTES = hashlib.sha256().digest_size
_DTYPES = ("<f8", "<f4", "<u8", "<u4")


class Vectoriser(msgspec.Struct, frozen=True):
    """One vectoriser: from a normalised text to what its terms add to the logit."""

    prefix: str
    """What scikit-learn puts before the names of its terms."""
    preparation: Preparation
    vocabulary: Characters | Dictionary
    weighting: Weighting


class Tables(msgspec.Struct, frozen=True):
    """A whole model."""

    intercept: float
    vectorisers: list[Vectoriser]


def write(tables: Tables, path: Path) -> None:
    """Write `tables` to a file: its format, a digest, and MessagePack, all arrays raw."""
    body = msgspec.msgpack.encode(tables, enc_hook=_to_raw)
    path.write_bytes(_MAGIC % FORMAT + hashlib.sha256(body).digest() + body)


def read(path: Path) -> Tables:
    """Return the tables in a file.

    The digest in the file finds damage, not malice: what wrote the file is trusted.

    Raises:
        Untrusted: The file is damaged, or is not one of this release.
        OSError: It cannot be read.
    """
    data = path.read_bytes()
    magic = _MAGIC % FORMAT
    if not data.startswith(magic):
        msg = f"{path.name} holds no compiled model of format {FORMAT}: compile it again"
        raise Untrusted(msg)
    body = memoryview(data)[len(magic) + _DIGEST_BYTES :]
    if hashlib.sha256(body).digest() != data[len(magic) : len(magic) + _DIGEST_BYTES]:
        msg = f"{path.name} is damaged: its content has another digest"
        raise Untrusted(msg)
    try:
        return msgspec.msgpack.decode(body, type=Tables, dec_hook=_from_raw)
    except msgspec.MsgspecError as error:
        msg = f"{path.name} holds no compiled model: {error}"
        raise Untrusted(msg) from error


def _to_raw(array: Any) -> tuple[str, bytes]:
    if not isinstance(array, np.ndarray):
        msg = f"tables hold no {type(array).__name__}"
        raise NotImplementedError(msg)
    return array.dtype.newbyteorder("<").str, array.astype(array.dtype.newbyteorder("<")).tobytes()


def _from_raw(_: type, raw: Any) -> NDArray[Any]:
    """Return the array, which lies in the bytes that were decoded; they are no further copied."""
    dtype, data = msgspec.convert(raw, tuple[str, bytes])
    if dtype not in _DTYPES:
        msg = f"no array of {dtype}"
        raise ValueError(msg)
    return np.frombuffer(data, dtype)
