"""The file of API keys: a name and the SHA-256 of a key a line, read strictly."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 1024 * 1024
"""Largest file of keys that is read."""

_LINE = re.compile(r"([A-Za-z0-9._-]{1,64})[ \t]+([0-9A-Fa-f]{64})")
_NOTHING = hashlib.sha256().digest()


class KeysError(Exception):
    """A file of API keys cannot be used. No fault shows what a line holds: it can be a key."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        """Name the file and all that is wrong with it."""
        super().__init__(f"{path}: {'; '.join(faults)}")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Keys:
    """What a file of API keys says."""

    content: bytes
    """The bytes of the file."""

    names: Mapping[bytes, str]
    """The name of each key, by the key's SHA-256."""


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file of keys.

    Raises:
        KeysError: It cannot be read, or has more than `MAX_BYTES`.
    """
    try:
        if path.exists() and not path.is_file():
            # Reading a pipe would wait for who writes to it, for ever perhaps.
            raise KeysError(path, ["cannot be read: not a regular file"])
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise KeysError(path, [f"cannot be read: {error.strerror}"]) from error
    if len(content) > MAX_BYTES:
        raise KeysError(path, [f"has more than {MAX_BYTES} bytes"])
    return content


def parse(path: Path, content: bytes) -> Keys:
    """Return what the bytes of the file at `path` say; `#` begins a comment.

    A name may have several keys, so that a new one can be given out before the old one goes.

    Raises:
        KeysError: A line is no name and SHA-256, a key is there twice, or there is none.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise KeysError(path, [f"is not UTF-8: byte {error.start} is wrong"]) from error
    names: dict[bytes, str] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        if entry := line.partition("#")[0].strip():
            try:
                _take(entry, names)
            except ValueError as error:
                faults.append(f"line {number}: {error}")
    if faults:
        raise KeysError(path, faults)
    if not names:
        # Taken, it would shut everybody out; to admit everybody, do not name a file.
        raise KeysError(path, ["has no key"])
    return Keys(content, names)


def _take(entry: str, names: dict[bytes, str]) -> None:
    """Add the key of one line to `names`; ValueError if it cannot be."""
    match = _LINE.fullmatch(entry)
    if match is None:
        msg = (
            "must be a name (1 to 64 letters, digits and ._-), a space, and the SHA-256 of the key "
            "(64 hexadecimal digits)"
        )
        raise ValueError(msg)
    digest = bytes.fromhex(match[2])
    if digest == _NOTHING:
        msg = "is the SHA-256 of nothing: the key was empty when it was made"
        raise ValueError(msg)
    if digest in names:
        msg = f"is the key of {names[digest]!r} again"
        raise ValueError(msg)
    names[digest] = match[1]
