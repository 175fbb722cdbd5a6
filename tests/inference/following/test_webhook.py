import base64
import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from inference.following.webhook import FRESH_SECONDS, Delivery

NOW = 1_800_000_000


def sign(key: str, delivery: str, timestamp: str, body: bytes) -> str:
    """Sign as MLflow does."""
    signed = f"{delivery}.{timestamp}.".encode() + body
    digest = hmac.new(key.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def delivery(body: bytes = b"{}", timestamp: str = str(NOW), key: str = "s3cret") -> Delivery:
    """A delivery that is rightly signed."""
    return Delivery("id-1", timestamp, sign(key, "id-1", timestamp, body), body)


@given(st.binary(), st.integers(-FRESH_SECONDS, FRESH_SECONDS))
def test_what_the_secret_signed_lately_is_believed(body: bytes, age: int) -> None:
    """Whatever it says, and if the two clocks differ a little."""
    assert delivery(body, str(NOW - age)).fault("s3cret", NOW) is None


def test_an_old_delivery_is_not_believed() -> None:
    """Nor one from the future: whoever recorded it cannot send it again for ever."""
    for moment in (NOW - FRESH_SECONDS - 1, NOW + FRESH_SECONDS + 1):
        assert "300 seconds" in str(delivery(timestamp=str(moment)).fault("s3cret", NOW))


@given(st.text(), st.text(), st.text(), st.binary())
def test_anything_else_is_not_believed(
    id_: str, timestamp: str, signature: str, body: bytes
) -> None:
    """Whatever a stranger sends, it is no more than refused."""
    fault = Delivery(id_, timestamp, signature, body).fault("s3cret", NOW)
    assert fault == "the signature is not that of the shared secret"


def test_every_part_is_signed() -> None:
    """Another secret, id, time or body: each breaks the signature."""
    right = delivery()
    wrong = [
        delivery(key="other"),
        Delivery("id-2", right.timestamp, right.signature, right.body),
        Delivery(right.id, str(NOW + 1), right.signature, right.body),
        Delivery(right.id, right.timestamp, right.signature, b"[]"),
    ]
    assert [found.fault("s3cret", NOW) for found in wrong] == [
        "the signature is not that of the shared secret"
    ] * 4


def test_a_signed_time_that_is_none_is_refused() -> None:
    """Who has the secret may still be broken."""
    for timestamp in ("", "soon", "1e9", "9" * 5000):
        assert delivery(timestamp=timestamp).fault("s3cret", NOW)
