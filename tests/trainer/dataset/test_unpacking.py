"""Facts about compressed files and UCI's archive."""

import gzip
import io
import zipfile

import pytest

from trainer.dataset import unpacking
from trainer.dataset.errors import InvalidDataset
from trainer.dataset.unpacking import unpack


def archive(**files: bytes) -> bytes:
    """Return a zip archive of these files."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return output.getvalue()


def test_gzip_is_unpacked_by_name() -> None:
    """A name that ends in .gz is unpacked; the same bytes under another name are not."""
    packed = gzip.compress(b"label,text\n")
    assert unpack("mail.csv.gz", packed) == b"label,text\n"
    assert unpack("mail.csv", packed) == packed


def test_the_file_is_taken_out_of_the_archive() -> None:
    """UCI's archive has a readme beside the file; the file alone is taken."""
    packed = archive(readme=b"about", SMSSpamCollection=b"ham\thi\n")
    assert unpack("smsspamcollection.ZIP", packed) == b"ham\thi\n"


def test_another_archive_is_refused() -> None:
    """An archive without the file is said to be another one."""
    with pytest.raises(InvalidDataset, match=r"^a\.zip: has no file SMSSpamCollection"):
        unpack("a.zip", archive(mail=b"x"))


@pytest.mark.parametrize("data", [b"label,text\n", gzip.compress(b"x" * 1000)[:-9]])
def test_damaged_gzip(data: bytes) -> None:
    """A file that is cut or no gzip is refused by name."""
    with pytest.raises(InvalidDataset, match=r"^mail\.csv\.gz: is not a gzip file, or is damaged"):
        unpack("mail.csv.gz", data)


def test_gzip_with_a_flipped_byte() -> None:
    """A damaged stream is refused by name, not passed on."""
    data = bytearray(gzip.compress(bytes(range(256)) * 20))
    data[20] ^= 0xFF
    with pytest.raises(InvalidDataset, match=r"^mail\.csv\.gz: "):
        unpack("mail.csv.gz", bytes(data))


def test_damaged_archive() -> None:
    """An archive that is cut, or whose file fails its checksum, is refused by name."""
    packed = archive(SMSSpamCollection=b"ham\thello there, how are you\n" * 50)
    flipped = bytearray(packed)
    flipped[60] ^= 0xFF
    for data in (b"", packed[:-30], bytes(flipped)):
        with pytest.raises(InvalidDataset, match=r"^a\.zip: is not a zip archive, or is damaged"):
            unpack("a.zip", data)


@pytest.mark.parametrize("name", ["corpus.csv.gz", "smsspamcollection.zip"])
def test_nothing_is_unpacked_without_end(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What unpacks to the limit is taken, and one byte more is refused."""
    monkeypatch.setattr(unpacking, "MAX_BYTES", 1000)
    pack = gzip.compress if name.endswith(".gz") else lambda data: archive(SMSSpamCollection=data)
    assert unpack(name, pack(b"\0" * 1000)) == b"\0" * 1000
    with pytest.raises(InvalidDataset, match="more than 1000 bytes"):
        unpack(name, pack(b"\0" * 1001))
