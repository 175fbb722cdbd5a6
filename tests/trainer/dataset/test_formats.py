"""Facts about formats by name."""

import pytest

from trainer.dataset.errors import UnknownFormat
from trainer.dataset.formats import Format, format_of


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("mail.csv", Format.CSV),
        ("/data/MAIL.CSV", Format.CSV),
        ("mail.tsv", Format.TSV),
        ("mail.jsonl", Format.JSONL),
        ("mail.ndjson.gz", Format.JSONL),
        ("mail.csv.gz", Format.CSV),
        ("s3://bucket/deep/mail.parquet", Format.PARQUET),
        ("data/SMSSpamCollection", Format.SMS),
        ("C:\\data\\SMSSpamCollection", Format.SMS),
        ("smsspamcollection.zip", Format.SMS),
    ],
)
def test_the_ending_says_the_format(name: str, form: Format) -> None:
    """The ending decides, in any case, for paths and for objects in S3."""
    assert format_of(name) is form


@pytest.mark.parametrize("name", ["mail", "mail.txt", "mail.gz", "mail.parquet.gz", "a.zip.gz", ""])
def test_an_unknown_ending_is_refused(name: str) -> None:
    """What the name does not say is not guessed; the error lists the endings."""
    with pytest.raises(UnknownFormat, match=r"\.csv, \.tsv, \.jsonl"):
        format_of(name)
