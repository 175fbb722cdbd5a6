"""Asking a model server which version it serves."""

import http.client
import urllib.request
from dataclasses import dataclass

import msgspec

from kit.oip import ModelMetadata
from kit.registry import REGISTERED_MODEL

_SECONDS = 5.0
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Serving:
    """What a model server answered; `version` or `error`, never both."""

    url: str
    version: str | None = None
    error: str | None = None


def ask(url: str) -> Serving:
    """Ask the model server at `url` which version it serves; never fails."""
    address = f"{url.rstrip('/')}/v2/models/{REGISTERED_MODEL}"
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as response:  # noqa: S310  http or https, says the setting
            metadata = msgspec.json.decode(response.read(_MOST_BYTES), type=ModelMetadata)
    except (OSError, http.client.HTTPException, msgspec.MsgspecError, ValueError) as error:
        return Serving(url, error=str(error) or type(error).__name__)
    if not metadata.versions:
        return Serving(url, error="it serves no version")
    return Serving(url, metadata.versions[0])
