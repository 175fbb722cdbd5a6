"""Asking for an API key: who sends one of the file's is admitted, and counted by its name."""

import hashlib
import hmac
from collections.abc import Sequence

from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.types import Scope

from gateway import metrics
from gateway.keys.file import Keys
from kit.errors import Forbidden, Unauthenticated
from kit.guard import CLIENT, Scheme
from kit.tally import Cell

_BEARER = b"bearer "
_HEADER = "X-API-Key"
_HEADER_NAME = _HEADER.lower().encode()
_CHALLENGE = 'Bearer realm="hamgate"'


class KeyGuard:
    """Admits requests with a key that counts at the moment."""

    schemes: Sequence[Scheme] = (
        HTTPBearer(scheme_name="bearer", auto_error=False),
        APIKeyHeader(name=_HEADER, scheme_name="header", auto_error=False),
    )

    def __init__(self, keys: Keys) -> None:
        """Begin with these keys."""
        self.swap(keys)

    def swap(self, keys: Keys) -> None:
        """Have these keys count from the next request on."""
        self.keys = keys
        self._admitted: dict[bytes, tuple[bytes, str, Cell]] = {
            digest: (digest, name, metrics.KEY_REQUESTS.labels(name))
            for digest, name in keys.names.items()
        }
        # What an unknown key is compared with: the same work as for a known one.
        self._decoy = (b"\0" * 32, "", metrics.KEY_REFUSALS.labels("unknown"))

    def admit(self, scope: Scope) -> None:
        """Count and let pass a request that has a key, and note the key's name.

        Raises:
            Unauthenticated: There is none: 401, for a client that sends one gets further.
            Forbidden: It is unknown: 403, for a client can but give up; a key is not renewed by
                asking again, as the tokens are for which others answer 401 here.
        """
        key = _sent(scope["headers"])
        if not key:
            metrics.KEY_REFUSALS.labels("missing").inc()
            msg = f"an API key is needed: send it as `Authorization: Bearer …` or as `{_HEADER}`"
            raise Unauthenticated(msg, challenge=_CHALLENGE)
        digest = hashlib.sha256(key).digest()
        # Looking it up tells nothing about the keys: where it ends hangs on a hash of a digest,
        # which nobody can steer towards another. Whether it is the key is compared in full.
        known, name, counter = self._admitted.get(digest, self._decoy)
        is_known = hmac.compare_digest(known, digest)
        counter.inc()
        if not is_known:
            msg = "this API key is not known here"
            raise Forbidden(msg)
        scope[CLIENT] = name


def _sent(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return the key of a request, empty if there is none.

    The header of our own goes before a bearer, which may be a token that is meant for a proxy.
    """
    bearer = b""
    for name, value in headers:
        if name == _HEADER_NAME and (key := value.strip()):
            return key
        if name == b"authorization" and value[:7].lower() == _BEARER:
            bearer = value[7:].strip()
    return bearer
