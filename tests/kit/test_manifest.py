from pathlib import Path

import msgspec
import pytest

from kit.manifest import (
    FORMAT,
    Golden,
    Manifest,
    ManifestError,
    decode,
    digests,
    encode,
    sha256,
    verify_file,
)


def manifest(folder: Path) -> Manifest:
    """A manifest of what is in `folder`."""
    return Manifest(
        format=FORMAT,
        normalisation=1,
        threshold=0.4,
        environment={"python": "3.11.7"},
        files=digests(folder),
        golden=[Golden("hello", 0.01)],
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files, one in a sub-folder."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "model.skops").write_bytes(b"model")
    (tmp_path / "inner" / "note").write_bytes(b"note")
    return tmp_path


def test_round_trip(folder: Path) -> None:
    """What is written is read back, with the digest that the registry keeps."""
    data = encode(manifest(folder))
    assert decode(data, sha256(data)) == manifest(folder)
    assert set(manifest(folder).files) == {"model.skops", "inner/note"}


def test_another_digest_is_refused(folder: Path) -> None:
    """A manifest that the registry does not know the digest of is not read."""
    data = encode(manifest(folder))
    with pytest.raises(ManifestError, match="the registry says"):
        decode(data.replace(b"0.4", b"0.9"), sha256(data))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"threshold": 1.5}, r"threshold"),
        ({"threshold": "high"}, r"threshold"),
        ({"golden": []}, r"golden"),
        ({"files": {"../../etc/hostname": "0"}}, r"outside the version"),
        ({"files": {"/etc/hostname": "0"}}, r"outside the version"),
        ({"surprise": 1}, r"surprise"),
        ({"format": FORMAT + 1}, r"this release reads"),
    ],
)
def test_a_manifest_of_another_shape_is_refused(
    folder: Path, change: dict[str, object], fault: str
) -> None:
    """The message names the field that is wrong."""
    data = msgspec.json.encode({**msgspec.to_builtins(manifest(folder)), **change})
    with pytest.raises(ManifestError, match=fault):
        decode(data, sha256(data))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"null"])
def test_garbage_is_refused(data: bytes) -> None:
    """What is no JSON object is refused, and not with an error of the parser's."""
    with pytest.raises(ManifestError, match="cannot be read"):
        decode(data, sha256(data))


def test_a_whole_file_is_returned(folder: Path) -> None:
    """The bytes that were checked are the bytes that come back."""
    assert verify_file(folder, "model.skops", manifest(folder)) == b"model"


def test_a_changed_missing_or_unlisted_file_is_refused(folder: Path) -> None:
    """Each is an error that names the file."""
    listed = manifest(folder)
    with pytest.raises(ManifestError, match="does not list other"):
        verify_file(folder, "other", listed)
    (folder / "model.skops").write_bytes(b"mode1")
    with pytest.raises(ManifestError, match=r"model\.skops is corrupt"):
        verify_file(folder, "model.skops", listed)
    (folder / "model.skops").unlink()
    with pytest.raises(ManifestError, match=r"model\.skops is missing"):
        verify_file(folder, "model.skops", listed)


def test_what_could_not_be_read_back_is_not_written(folder: Path) -> None:
    """A threshold at the edge, or a score that is no number, fails at the trainer already."""
    with pytest.raises(ManifestError, match="threshold"):
        encode(msgspec.structs.replace(manifest(folder), threshold=1.0))
    with pytest.raises(ManifestError, match="score"):
        encode(msgspec.structs.replace(manifest(folder), golden=[Golden("a", float("nan"))]))
