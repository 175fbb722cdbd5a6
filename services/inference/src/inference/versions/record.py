"""The record beside a verified version in the cache: what a process needs to serve it at once."""

import msgspec

from inference.model.scorer import Kind
from inference.versions.ref import VersionRef
from kit.manifest import Golden

FORMAT = 1
"""Raised when a reader of the older format could misread a record."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the loader found out about a version; it is written last, when all else is in place."""

    ref: VersionRef
    kind: Kind
    """How it is served: by tables, or by scikit-learn because it cannot be compiled."""
    threshold: float
    golden: list[Golden]
    policy: str
    """`policy.fingerprint` that the version was verified under: under another it counts for
    nothing."""
    format: int = FORMAT


def encode(record: Record) -> bytes:
    """Return the record as JSON."""
    return msgspec.json.encode(record)


def decode(data: bytes) -> Record | None:
    """Return the record in `data`, or None if this release cannot use it."""
    try:
        record = msgspec.json.decode(data, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return record if record.format == FORMAT else None
