"""Compressed files and UCI's archive, unpacked in memory."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

from trainer.dataset.errors import Fault, InvalidDataset
from trainer.dataset.formats import SMS_FILE

MAX_BYTES = 1024**3
"""Most bytes that a file is unpacked to: some kilobytes can be packed from any number."""


def unpack(name: str, data: bytes) -> bytes:
    """Return `data` unpacked when `name` says that it is packed, else as it is.

    Raises:
        InvalidDataset: It is damaged, or an archive without UCI's file.
    """
    if name.lower().endswith(".gz"):
        return _gunzip(name, data)
    return unzip(name, data) if name.lower().endswith(".zip") else data


def unzip(name: str, data: bytes) -> bytes:
    """Return UCI's file out of its archive.

    Raises:
        InvalidDataset: It is damaged, or an archive without that file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(SMS_FILE) as file:
            return _bounded(name, file.read)
    except KeyError as error:
        problem = f"has no file {SMS_FILE}, so it is not UCI's archive; unpack other archives"
        raise _invalid(name, problem) from error
    # RuntimeError is an archive with a password, or packed in a way that zipfile does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise _invalid(name, f"is not a zip archive, or is damaged: {error}") from error


def _gunzip(name: str, data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            return _bounded(name, file.read)
    except (OSError, EOFError, zlib.error) as error:
        raise _invalid(name, f"is not a gzip file, or is damaged: {error}") from error


def _bounded(name: str, read: Callable[[int], bytes]) -> bytes:
    data = read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _invalid(name, f"has more than {MAX_BYTES} bytes when unpacked; divide it")
    return data


def _invalid(name: str, problem: str) -> InvalidDataset:
    return InvalidDataset(name, [Fault("", problem)])
