import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from fixtures.keys import new_key, private_file, private_pem, public_pem
from fixtures.mlflow import MlflowServer
from fixtures.originals import OPTIONS, write_messages
from kit.registry import MODEL_FILE, SIGNATURE_FILE
from trainer.errors import UnusableKey
from trainer.registry import Registry
from trainer.signing import load_signer


def verify(folder: Path, public: Path) -> subprocess.CompletedProcess[str]:
    """Verify a version by the tool of model-signing alone."""
    command = [sys.executable, "-m", "model_signing", "verify", "key", str(folder)]
    options = ["--signature", str(folder / SIGNATURE_FILE), "--public_key", str(public)]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def test_an_auditor_needs_none_of_our_code(empty_registry: MlflowServer, tmp_path: Path) -> None:
    """What `trainer train` stored, as MLflow gives it out, is verified by OpenSSF's own command."""
    key = new_key()
    public = tmp_path / "public.pem"
    public.write_bytes(public_pem(key))
    private = private_file(key, tmp_path / "private.pem")
    data = ("--data", str(write_messages(tmp_path)), *OPTIONS, "--no-promote")
    trained = empty_registry.train(*data, TRAINER_SIGNING_KEY_FILE=str(private))
    registry = Registry(empty_registry.url, "hamgate")
    with registry.files_of(registry.version(trained["version"])) as folder:
        done = verify(folder, public)
        assert (done.returncode, done.stdout) == (0, "Verification succeeded\n"), done.stderr
        model = folder / MODEL_FILE
        model.write_bytes(model.read_bytes()[:-1] + b"!")
        done = verify(folder, public)
    assert done.returncode == 1
    assert "Signature mismatch" in done.stderr


def with_password(key: EllipticCurvePrivateKey) -> bytes:
    """The key, encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


def other_kind() -> bytes:
    """A key of another algorithm."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (public_pem(new_key()), "no private key"),
        (with_password(new_key()), "without a password"),
        (other_kind(), "on the curve"),
        (private_pem(new_key(SECP256K1())), "on the curve"),
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
