"""Whether a call really comes from our MLflow: the signature of its webhooks.

As MLflow's `webhooks/delivery.py` makes it, after standardwebhooks.com: HMAC-SHA256 over
`delivery.timestamp.body`, in base64 after `v1,`.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

FRESH_SECONDS = 300
"""How far the time of a delivery may be from ours, in either direction."""

_TIME = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class Delivery:
    """What came."""

    id: str
    timestamp: str
    """Unix time in seconds, in digits."""
    signature: str
    body: bytes

    def fault(self, secret: str, now: float) -> str | None:
        """Return why it is not to be believed, or None; `now` is the Unix time in seconds."""
        signed = _bytes(f"{self.id}.{self.timestamp}.") + self.body
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(digest)
        if not hmac.compare_digest(_bytes(self.signature), expected):
            return "the signature is not that of the shared secret"
        if not _TIME.fullmatch(self.timestamp) or abs(now - int(self.timestamp)) > FRESH_SECONDS:
            return f"the delivery is not of the last {FRESH_SECONDS} seconds"
        return None


def _bytes(text: str) -> bytes:
    """Return the bytes of a header's value, which may be any."""
    return text.encode("utf-8", "surrogatepass")
