"""Signatures of manifests: Ed25519, against public keys of ours and never one from the registry."""

import base64
import binascii
import re
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from inference.errors import Untrusted, UnusableKeys
from inference.loading.policy import read_keys
from kit.registry import TAG_MANIFEST_SIGNATURE

_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)


def load_keys(path: Path) -> list[Ed25519PublicKey]:
    """Return the public keys in a PEM file.

    Raises:
        UnusableKeys: It cannot be read, has no key, or one of another kind (a private key, say).
    """
    keys = [_key(found.group(), path) for found in _PEM.finditer(read_keys(path))]
    if not keys:
        msg = f"{path} has no public key: PEM as `openssl pkey -pubout` writes it is expected"
        raise UnusableKeys(msg)
    return keys


def check_signature(
    manifest: bytes, signature: str | None, keys: Sequence[Ed25519PublicKey]
) -> None:
    """Check that one of `keys` has signed the bytes of a manifest.

    Raises:
        Untrusted: There is no signature, or none of the keys made it.
    """
    if signature is None:
        msg = f"the version is not signed: it has no tag {TAG_MANIFEST_SIGNATURE}"
        raise Untrusted(msg)
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        msg = f"the tag {TAG_MANIFEST_SIGNATURE} is not base64"
        raise Untrusted(msg) from error
    if not any(_made(key, raw, manifest) for key in keys):
        msg = f"none of the {len(keys)} public keys made the signature of the version"
        raise Untrusted(msg)


def _made(key: Ed25519PublicKey, signature: bytes, manifest: bytes) -> bool:
    try:
        key.verify(signature, manifest)
    except InvalidSignature:
        return False
    return True


def _key(pem: bytes, path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        msg = f"{path} has something that is no public key"
        raise UnusableKeys(msg) from error
    if not isinstance(key, Ed25519PublicKey):
        msg = f"{path} has a key that is not Ed25519"
        raise UnusableKeys(msg)
    return key
