import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.file import MAX_BYTES, KeysError, parse, read_bytes

PATH = Path("keys")
SECRET = "a-key-that-was-put-there-by-mistake"


def digest(key: str) -> str:
    """Return what stands in the file for a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def test_a_line_is_a_name_and_a_digest() -> None:
    """Comments, empty lines, more spaces and capital digits are taken."""
    content = f"# who\n\nshop {digest('a')}\n  app.2_x-\t {digest('b').upper()}  # since May\r\n"
    keys = parse(PATH, content.encode())
    assert {d.hex(): name for d, name in keys.names.items()} == {
        digest("a"): "shop",
        digest("b"): "app.2_x-",
    }
    assert keys.content == content.encode()


def test_a_name_may_have_two_keys() -> None:
    """So a key can be changed without a moment in which its client is refused."""
    keys = parse(PATH, f"shop {digest('old')}\nshop {digest('new')}".encode())
    assert sorted(keys.names.values()) == ["shop", "shop"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "has no key"),
        (b"# nobody yet\n", "has no key"),
        (SECRET.encode(), "line 1: must be a name"),
        (f"shop {SECRET}".encode(), "line 1: must be a name"),
        (f"\n{digest('a')}".encode(), "line 2: must be a name"),
        (f"shop {digest('a')[:-1]}".encode(), "line 1: must be a name"),
        (f"shop {digest('a')} more".encode(), "line 1: must be a name"),
        (f"sh,op {digest('a')}".encode(), "line 1: must be a name"),
        (f"{'x' * 65} {digest('a')}".encode(), "line 1: must be a name"),
        (f"shop {digest('')}".encode(), "line 1: is the SHA-256 of nothing"),
        (f"shop {digest('a')}\napp {digest('a')}".encode(), "line 2: is the key of 'shop' again"),
        (f"shop {digest('a')}\n\xff".encode("latin-1"), "is not UTF-8: byte 70 is wrong"),
    ],
)
def test_anything_else_is_refused(content: bytes, fault: str) -> None:
    """With the number of the line, and without what it holds: that can be a key."""
    with pytest.raises(KeysError) as refused:
        parse(PATH, content)
    assert refused.value.faults[0].startswith(fault)
    assert SECRET not in str(refused.value)


def test_every_fault_is_named() -> None:
    """Two bad lines are two faults, so that nobody needs two attempts."""
    with pytest.raises(KeysError) as refused:
        parse(PATH, b"a\nb\n")
    assert [fault[:6] for fault in refused.value.faults] == ["line 1", "line 2"]
    assert str(refused.value).startswith("keys: line 1: ")


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    """Whatever is in a file, it is keys or a `KeysError`."""
    try:
        keys = parse(PATH, content)
    except KeysError:
        return
    assert keys.names


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """No file, a folder, too large a file: each says so."""
    (large := tmp_path / "large").write_bytes(b"#" * (MAX_BYTES + 1))
    for path, fault in (
        (tmp_path / "nowhere", "cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: not a regular file"),
        (large, f"has more than {MAX_BYTES} bytes"),
    ):
        with pytest.raises(KeysError) as refused:
            read_bytes(path)
        assert refused.value.faults == (fault,)


def test_the_command_in_the_docs_makes_a_key(tmp_path: Path) -> None:
    """What docs/security.md says to run appends a line that is taken, and prints its key."""
    page = (Path(__file__).parents[3] / "docs" / "security.md").read_text()
    command = page.partition("```sh\n")[2].partition("```")[0]
    done = subprocess.run(
        ["/bin/sh", "-ec", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    key = done.stdout.strip()
    assert len(key) == 64
    path = tmp_path / "keys"
    assert parse(path, read_bytes(path)).names == {
        hashlib.sha256(key.encode()).digest(): "mobile-app"
    }
