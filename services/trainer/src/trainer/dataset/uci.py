"""The SMS Spam Collection from the UCI Machine Learning Repository, for machines with internet."""

import hashlib
import http.client
import urllib.request
from dataclasses import dataclass

from trainer.dataset.errors import SourceUnavailable
from trainer.dataset.unpacking import unzip

_TIMEOUT_SECONDS = 30
_MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Archive:
    """Where the archive is, and what must be in it."""

    url: str = "https://archive.ics.uci.edu/static/public/228/sms+spam+collection.zip"
    sha256_prefix: str = "7d039a24"
    """First digits of the SHA-256 of the unpacked file."""


ARCHIVE = Archive()


def download(archive: Archive = ARCHIVE) -> bytes:
    """Return the unpacked file, downloaded and checked.

    Raises:
        SourceUnavailable: The site cannot be reached, or what it sends is not that file.
        InvalidDataset: What it sends is no archive with such a file.
    """
    data = unzip(archive.url, _get(archive.url))
    digest = hashlib.sha256(data).hexdigest()
    if not digest.startswith(archive.sha256_prefix):
        msg = (
            f"{archive.url}: the file in it has SHA-256 {digest}, not {archive.sha256_prefix}…; "
            "UCI may have changed it: download it yourself, look at it, and give its path"
        )
        raise SourceUnavailable(msg)
    return data


def _get(url: str) -> bytes:
    try:
        # The URL is this module's or a test's, never one that a user gave.
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            data: bytes = response.read(_MAX_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        msg = (
            f"{url}: cannot be downloaded: {error}; without internet, use the demo corpus or give "
            "the path of the archive"
        )
        raise SourceUnavailable(msg) from error
    if len(data) > _MAX_BYTES:
        msg = f"{url}: is larger than {_MAX_BYTES} bytes, so it is not the archive"
        raise SourceUnavailable(msg)
    return data
