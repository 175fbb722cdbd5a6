import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from fixtures.keys import private_pem, public_pem
from trainer.errors import UnusableKey
from trainer.signing import load_signer


def test_a_signature_is_the_keys(tmp_path: Path) -> None:
    """The public key verifies what the file's private key signed."""
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "key.pem"
    path.write_bytes(private_pem(key))
    signature = load_signer(path).sign(b"manifest")
    key.public_key().verify(base64.b64decode(signature), b"manifest")


def with_password(key: Ed25519PrivateKey) -> bytes:
    """The key, encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


def other_kind() -> bytes:
    """A key of another algorithm."""
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (public_pem(Ed25519PrivateKey.generate()), "no private key"),
        (with_password(Ed25519PrivateKey.generate()), "without a password"),
        (other_kind(), "is not Ed25519"),
    ],
)
def test_what_is_no_private_key_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """The message names the file and says what is expected, and has nothing of the key."""
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(UnusableKey, match=reason) as refused:
        load_signer(path)
    assert str(path) in str(refused.value)


def test_a_key_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(UnusableKey, match=r"none\.pem cannot be read: No such file"):
        load_signer(tmp_path / "none.pem")
