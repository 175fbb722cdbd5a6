"""Which format a file has, by the ending of its name alone."""

from enum import Enum
from pathlib import PurePosixPath

from trainer.dataset.errors import UnknownFormat

SMS_FILE = "SMSSpamCollection"
"""Name of UCI's original file, in its archive and beside it."""


class Format(Enum):
    """How the rows of a file are written."""

    CSV = "comma-separated, quoted where needed, with a header row"
    TSV = "tab-separated, quoted where needed, with a header row"
    JSONL = "one JSON object a line"
    PARQUET = "Parquet"
    SMS = "label, tab, text; no header, no quotes"


_BY_ENDING = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".zip": Format.SMS,
}


def format_of(name: str) -> Format:
    """Return the format of a file or object of this name, which may also end in `.gz`.

    Raises:
        UnknownFormat: The ending is none that is read here.
    """
    path = PurePosixPath(name.replace("\\", "/").lower())
    compressed = path.suffix == ".gz"
    path = path.with_suffix("") if compressed else path
    known = Format.SMS if path.name == SMS_FILE.lower() else _BY_ENDING.get(path.suffix)
    if known is None or (compressed and path.suffix in (".parquet", ".zip")):
        msg = (
            f"{name}: the name does not say how to read it; name it .csv, .tsv, .jsonl or .ndjson "
            f"(each also with .gz), .parquet, {SMS_FILE}, or .zip for UCI's archive of that file"
        )
        raise UnknownFormat(msg)
    return known
