import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from fixtures.keys import new_key, private_file, private_pem, public_pem
from inference.errors import Untrusted, UnusableKeys
from inference.loading.signature import check_signature, load_keys
from kit.registry import MANIFEST_FILE, MODEL_FILE, SIGNATURE_FILE, UNSIGNED_FILES
from trainer.signing import load_signer

OLD, NEW, STRANGE = new_key(), new_key(SECP384R1()), new_key(SECP521R1())
FILES = {MANIFEST_FILE: b"{}\n", MODEL_FILE: b"model", "data/MLmodel": b"flavors: {}\n"}


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public keys of NEW and OLD, with comments between, as `cat` puts them together."""
    path = tmp_path_factory.mktemp("keys") / "keys.pem"
    path.write_bytes(b"# 2026\n" + public_pem(NEW) + b"\n# 2025\n" + public_pem(OLD))
    return path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that NEW has signed. Who changes it puts it right again."""
    return sign(tmp_path_factory.mktemp("signed") / "version", NEW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a version goes, with nothing in it yet."""
    return tmp_path / "version"


def sign(folder: Path, key: EllipticCurvePrivateKey) -> Path:
    """Write the files into a folder and sign them as the trainer does; return the folder."""
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    load_signer(private_file(key, folder.with_suffix(".pem"))).sign(folder)
    return folder


@pytest.mark.parametrize("key", [OLD, NEW], ids=["old", "new"])
def test_any_of_the_keys_may_have_signed(
    keys_file: Path, folder: Path, key: EllipticCurvePrivateKey
) -> None:
    """While keys are rotated, versions of both serve, whatever the curves."""
    check_signature(sign(folder, key), load_keys(keys_file))


def test_another_key_does_not_count(keys_file: Path, folder: Path) -> None:
    """However good the signature is."""
    sign(folder, STRANGE)
    with pytest.raises(Untrusted, match=r"none of the 2 public keys vouches .* Key mismatch"):
        check_signature(folder, load_keys(keys_file))


@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_changed_file_is_not_what_was_signed(
    keys_file: Path, signed: Path, name: str, data: st.DataObject
) -> None:
    """One bit of any file is enough, and the reason names it."""
    changed = bytearray(FILES[name])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (signed / name).write_bytes(changed)
    with pytest.raises(Untrusted, match=f"Hash mismatch for '{name}'"):
        check_signature(signed, load_keys(keys_file))
    (signed / name).write_bytes(FILES[name])
    check_signature(signed, load_keys(keys_file))


def test_two_files_in_each_others_place_are_not_what_was_signed(
    keys_file: Path, folder: Path
) -> None:
    """A file is signed under its name."""
    sign(folder, NEW)
    (folder / MODEL_FILE).write_bytes(FILES[MANIFEST_FILE])
    (folder / MANIFEST_FILE).write_bytes(FILES[MODEL_FILE])
    with pytest.raises(Untrusted, match="Hash mismatch"):
        check_signature(folder, load_keys(keys_file))


def test_a_file_too_few_or_too_many_is_refused(keys_file: Path, folder: Path) -> None:
    """The files are those that were signed and no others; what MLflow's client adds is none."""
    sign(folder, NEW)
    for name in UNSIGNED_FILES[1:]:
        (folder / name).write_bytes(b"model_version: '7'\n")
    check_signature(folder, load_keys(keys_file))
    (folder / "extra.py").write_bytes(b"")
    with pytest.raises(Untrusted, match=r"Extra files found .*extra\.py"):
        check_signature(folder, load_keys(keys_file))
    (folder / "extra.py").unlink()
    (folder / MODEL_FILE).unlink()
    with pytest.raises(Untrusted, match=f"Missing files .*{MODEL_FILE}"):
        check_signature(folder, load_keys(keys_file))


def test_a_link_is_no_file(keys_file: Path, folder: Path) -> None:
    """Not even to the very bytes that were signed: where it leads can change."""
    sign(folder, NEW)
    elsewhere = (folder / MODEL_FILE).rename(folder.parent / "elsewhere")
    (folder / MODEL_FILE).symlink_to(elsewhere)
    with pytest.raises(Untrusted, match="symlink"):
        check_signature(folder, load_keys(keys_file))


@given(st.binary())
def test_what_is_no_signature_is_refused(keys_file: Path, signed: Path, content: bytes) -> None:
    """Whatever the artifact store has in its place."""
    whole = (signed / SIGNATURE_FILE).read_bytes()
    (signed / SIGNATURE_FILE).write_bytes(content)
    with pytest.raises(Untrusted):
        check_signature(signed, load_keys(keys_file))
    (signed / SIGNATURE_FILE).write_bytes(whole)


def test_a_signature_that_was_written_over_is_refused(keys_file: Path, folder: Path) -> None:
    """A digest in what was signed cannot be changed for that of another file."""
    bundle = json.loads((sign(folder, NEW) / SIGNATURE_FILE).read_bytes())
    payload = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    payload["predicate"]["resources"].pop()
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    (folder / SIGNATURE_FILE).write_text(json.dumps(bundle))
    with pytest.raises(Untrusted, match="InvalidSignature"):
        check_signature(folder, load_keys(keys_file))


def test_no_signature_is_refused(keys_file: Path, folder: Path) -> None:
    """The message names the file."""
    (sign(folder, NEW) / SIGNATURE_FILE).unlink()
    with pytest.raises(Untrusted, match=r"is not signed: it has no file model\.sig"):
        check_signature(folder, load_keys(keys_file))


ED25519 = Ed25519PrivateKey.generate().public_key()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no public key"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "is no public key"),
        (private_pem(NEW), "is no public key"),
        (public_pem(NEW) + private_pem(OLD), "is no public key"),
        (ED25519.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "on the curve"),
        (public_pem(new_key(SECP256K1())), "on the curve"),
    ],
)
def test_a_file_with_anything_else_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """A private key least of all: it has no business there."""
    path = tmp_path / "keys.pem"
    path.write_bytes(content)
    with pytest.raises(UnusableKeys, match=reason):
        load_keys(path)


OFFLINE = """
import sys
from pathlib import Path

def refuse(event, arguments):
    # Making one is no sign: urllib3 does, to see whether there is IPv6.
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg"}:
        sys.exit(f"{event} {arguments}")

sys.addaudithook(refuse)
folder, private, public = map(Path, sys.argv[1:])

from inference.loading.signature import check_signature, load_keys
from trainer.signing import load_signer

load_signer(private).sign(folder)
check_signature(folder, load_keys(public))
"""


def test_no_network_is_needed(keys_file: Path, folder: Path) -> None:
    """No connection is opened and no name looked up: Sigstore's services are not asked."""
    sign(folder, NEW)
    key = private_file(NEW, folder.parent / "private.pem")
    arguments = [sys.executable, "-c", OFFLINE, str(folder), str(key), str(keys_file)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
