"""The manifest of a model version: what inference needs in order to trust it."""

import hashlib
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec

FORMAT = 1
"""Raised when a reader of the older format could misread a manifest."""


class ManifestError(ValueError):
    """A manifest, or a file that it lists, is not what it should be; the message says which."""


class Golden(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A raw message and the probability of spam that the trainer computed for it."""

    text: str
    score: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written beside a model when it is logged, and checked before it serves."""

    format: int
    """Format of this file, `FORMAT`."""
    normalisation: int
    """`kit.text.NORMALISATION_VERSION` that the model was trained with."""
    threshold: Annotated[float, msgspec.Meta(gt=0.0, lt=1.0)]
    """A probability of spam at or above this is spam."""
    environment: dict[str, str]
    """Where the model was trained: versions by name (python, scikit-learn, numpy, scipy, skops),
    platform, BLAS, digest of the installed packages, and of lock file and image if known."""
    files: dict[str, str]
    """SHA-256 (hex) of every other file of the version, by its path below the artifact folder."""
    golden: Annotated[list[Golden], msgspec.Meta(min_length=1)]
    """Messages that the loaded model must score as the trainer did."""


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def encode(manifest: Manifest) -> bytes:
    """Return the manifest as indented JSON, ready to be written and hashed.

    Raises:
        ManifestError: It could not be read back: a value is out of its bounds.
    """
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    decode(data, sha256(data))
    return data


def decode(data: bytes, expected_sha256: str) -> Manifest:
    """Return the manifest in `data` after checking it against the digest in the registry.

    Raises:
        ManifestError: The digest differs, or the manifest is not one that this release reads.
    """
    if (actual := sha256(data)) != expected_sha256:
        msg = f"the manifest's SHA-256 is {actual}, the registry says {expected_sha256}"
        raise ManifestError(msg)
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        msg = f"the manifest cannot be read: {error}"
        raise ManifestError(msg) from error
    if manifest.format != FORMAT:
        msg = f"the manifest has format {manifest.format}, this release reads {FORMAT}"
        raise ManifestError(msg)
    for name in manifest.files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            msg = f"the manifest lists {name!r}, which is outside the version"
            raise ManifestError(msg)
    return manifest


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below `folder`, by relative POSIX path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for path in files}


def verify_file(folder: Path, name: str, manifest: Manifest) -> bytes:
    """Return the bytes of one listed file after checking its digest.

    The bytes that were checked are the bytes that are returned, so nothing can change between.

    Raises:
        ManifestError: The file is not listed, is missing, or has another digest.
        OSError: It is there and cannot be read.
    """
    expected = manifest.files.get(name)
    if expected is None:
        msg = f"the manifest does not list {name}"
        raise ManifestError(msg)
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError as error:
        msg = f"{name} is missing"
        raise ManifestError(msg) from error
    if (actual := sha256(data)) != expected:
        msg = f"{name} is corrupt: its SHA-256 is {actual}, the manifest says {expected}"
        raise ManifestError(msg)
    return data
