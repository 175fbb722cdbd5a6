"""Signing a version: OpenSSF's model-signing over all files of its folder, with a key from a file.

Nothing here uses the network: a signature by a key needs none of Sigstore's services.
"""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from model_signing.hashing import Config as Hashing
from model_signing.signing import Config as Signing

from kit.registry import SIGNATURE_FILE, UNSIGNED_FILES
from trainer.errors import UnusableKey


class Signer:
    """Signs with one private key."""

    def __init__(self, signing: Signing) -> None:
        """Sign as `signing` is set up to."""
        self._signing = signing

    def sign(self, folder: Path) -> None:
        """Write the signature over all files below `folder` into it."""
        self._signing.sign(folder, folder / SIGNATURE_FILE)


def load_signer(path: Path) -> Signer:
    """Return the signer with the private key in a PEM file.

    Raises:
        UnusableKey: It cannot be read, or is no private key without a password on the curve P-256,
            P-384 or P-521.
    """
    try:
        signing = Signing().use_elliptic_key_signer(private_key=path)
    except OSError as error:
        msg = f"the signing key {path} cannot be read: {error.strerror}"
        raise UnusableKey(msg) from error
    # The last of these is what the library says of a key that has no curve.
    except (ValueError, TypeError, UnsupportedAlgorithm, AttributeError) as error:
        msg = (
            f"{path} has no private key that can be used: PEM without a password, on the curve "
            "P-256, P-384 or P-521, is expected, as `openssl genpkey -algorithm EC -pkeyopt "
            "ec_paramgen_curve:P-256` writes it"
        )
        raise UnusableKey(msg) from error
    # It goes into the signature, so that whoever verifies needs no options.
    return Signer(signing.set_hashing_config(Hashing().set_ignored_paths(paths=UNSIGNED_FILES)))
