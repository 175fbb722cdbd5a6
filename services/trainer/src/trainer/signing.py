"""Signing a version: Ed25519 over the bytes of its manifest, which has the digest of all else."""

import base64
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from trainer.errors import UnusableKey


class Signer:
    """Signs with one private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Sign with `key`."""
        self._key = key

    def sign(self, manifest: bytes) -> str:
        """Return the signature of a manifest's bytes, in base64."""
        return base64.b64encode(self._key.sign(manifest)).decode()


def load_signer(path: Path) -> Signer:
    """Return the signer with the private key in a PEM file.

    Raises:
        UnusableKey: It cannot be read, or is no Ed25519 private key without a password.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        msg = f"the signing key {path} cannot be read: {error.strerror}"
        raise UnusableKey(msg) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        msg = (
            f"{path} has no private key that can be used: PEM without a password is expected, as "
            "`openssl genpkey -algorithm ed25519` writes it"
        )
        raise UnusableKey(msg) from error
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"the signing key {path} is not Ed25519"
        raise UnusableKey(msg)
    return Signer(key)
