import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from fixtures.keys import private_pem, public_pem
from inference.errors import Untrusted, UnusableKeys
from inference.loading.signature import check_signature, load_keys

OLD, NEW = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PUBLIC = [OLD.public_key(), NEW.public_key()]


def signature(key: Ed25519PrivateKey, manifest: bytes) -> str:
    """Sign as the trainer does."""
    return base64.b64encode(key.sign(manifest)).decode()


@given(st.binary())
def test_any_of_the_keys_may_have_signed(manifest: bytes) -> None:
    """While keys are rotated, versions of the old and of the new one serve."""
    for key in (OLD, NEW):
        check_signature(manifest, signature(key, manifest), PUBLIC)


@given(st.binary(min_size=1), st.integers(0))
def test_a_changed_manifest_is_not_what_was_signed(manifest: bytes, place: int) -> None:
    """One bit is enough."""
    changed = bytearray(manifest)
    changed[place % len(changed)] ^= 1
    with pytest.raises(Untrusted, match="none of the 2 public keys"):
        check_signature(bytes(changed), signature(NEW, manifest), PUBLIC)


@given(st.text())
def test_what_is_no_signature_is_refused(tag: str) -> None:
    """Whatever the registry has in the tag."""
    with pytest.raises(Untrusted):
        check_signature(b"manifest", tag, PUBLIC)


def test_no_signature_is_refused() -> None:
    """The message names the tag."""
    with pytest.raises(Untrusted, match=r"no tag hamgate\.manifest\.signature"):
        check_signature(b"manifest", None, PUBLIC)


def test_a_file_may_have_several_keys(tmp_path: Path) -> None:
    """One after the other, with comments between, as `cat` puts them together."""
    path = tmp_path / "keys.pem"
    path.write_bytes(b"# 2026\n" + public_pem(NEW) + b"\n# 2025\n" + public_pem(OLD))
    check_signature(b"m", signature(OLD, b"m"), load_keys(path))
    check_signature(b"m", signature(NEW, b"m"), load_keys(path))


EC = generate_private_key(SECP256R1()).public_key()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no public key"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "is no public key"),
        (private_pem(NEW), "is no public key"),
        (public_pem(NEW) + private_pem(OLD), "is no public key"),
        (EC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "not Ed25519"),
    ],
)
def test_a_file_with_anything_else_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """A private key least of all: it has no business there."""
    path = tmp_path / "keys.pem"
    path.write_bytes(content)
    with pytest.raises(UnusableKeys, match=reason):
        load_keys(path)
