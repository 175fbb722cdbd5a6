"""Signatures of versions, against public keys of ours and never one from the registry.

They are OpenSSF's model-signing: over every file of a version's folder, by an elliptic key. Nothing
here uses the network.
"""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from model_signing.verifying import Config as Verifying

from inference.errors import RegistryUnavailable, Untrusted, UnusableKeys
from inference.loading.policy import read_keys
from kit.registry import SIGNATURE_FILE

_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)


def load_keys(path: Path) -> list[Verifying]:
    """Return what verifies, for each of the public keys in a PEM file.

    Raises:
        UnusableKeys: It cannot be read, has no key, or one of another kind (a private key, say).
    """
    keys = [_key(found.group(), path) for found in _PEM.finditer(read_keys(path))]
    if not keys:
        msg = f"{path} has no public key: PEM as `openssl pkey -pubout` writes it is expected"
        raise UnusableKeys(msg)
    return keys


def check_signature(folder: Path, keys: Sequence[Verifying]) -> None:
    """Check that one of `keys` has signed the files in `folder`: those, and no others.

    Raises:
        Untrusted: There is no signature, none of the keys made it, or a file is missing, changed or
            not signed.
        RegistryUnavailable: The files are there and cannot be read now.
    """
    if not (folder / SIGNATURE_FILE).is_file():
        msg = f"the version is not signed: it has no file {SIGNATURE_FILE}"
        raise Untrusted(msg)
    faults = [_fault(key, folder) for key in keys]
    if None not in faults:
        reasons = "; ".join(sorted({str(fault) for fault in faults}))
        msg = f"none of the {len(keys)} public keys vouches for the files of the version: {reasons}"
        raise Untrusted(msg)


def _fault(key: Verifying, folder: Path) -> str | None:
    """Return why a key does not vouch for the files; None if it does."""
    try:
        key.verify(folder, folder / SIGNATURE_FILE)
    except OSError as error:  # of this machine, and no word on the version
        msg = f"the files of the version cannot be read: {error}"
        raise RegistryUnavailable(msg) from error
    except Exception as error:  # noqa: BLE001 - a hostile file can make the parser raise anything
        return _reason(error)
    return None


def _reason(error: Exception) -> str:
    """Return what the library says, without the digests, which it writes as escaped bytes."""
    said, *_ = str(error).replace("\\", "").split(": Expected ")
    return f"{type(error).__name__}: {said.strip()}".removesuffix(": ")


def _key(pem: bytes, path: Path) -> Verifying:
    # The library takes a key by its path, and one key a file.
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        try:
            return Verifying().use_elliptic_key_verifier(public_key=file.name)
        # The last of these is what the library says of a key that has no curve.
        except (ValueError, UnsupportedAlgorithm, AttributeError) as error:
            msg = (
                f"{path} has something that is no public key on the curve P-256, P-384 or P-521: "
                "PEM as `openssl pkey -pubout` writes it is expected"
            )
            raise UnusableKeys(msg) from error
