"""From the bytes of a file to its rows, with their line numbers; what cannot be read is a fault.

A line ends with LF, CR LF or CR, in every text format, so that numbers agree with an editor's.
"""

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from trainer.dataset.columns import Columns
from trainer.dataset.errors import Fault
from trainer.dataset.formats import Format
from trainer.dataset.parquet import read_parquet
from trainer.dataset.rows import Row

Rows = Iterator[Row | Fault]
_PART_BYTES = 1024 * 1024


def read(data: bytes, form: Format, columns: Columns) -> Rows:
    """Yield the rows of `data`, and a fault for each that cannot be made out.

    `Format.SMS` has no header: `columns` is not used for it.
    """
    if form is Format.PARQUET:
        yield from read_parquet(data, columns)
    elif faults := list(_encoding_faults(data)):
        yield from faults
    else:
        # Decoded as it is read: the whole text at once takes up to four bytes a character.
        lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
        yield from _READERS[form](lines, columns)


def _encoding_faults(data: bytes) -> Iterator[Fault]:
    if b"\0" not in data and _is_utf8(data):
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if b"\0" in line:
            yield Fault(str(number), "has a NUL byte; the file must be text in UTF-8")
        elif not _is_utf8(line):
            yield Fault(str(number), "is not UTF-8; save the file in that encoding")


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    parts = memoryview(data)
    try:
        for start in range(0, len(data), _PART_BYTES):
            decoder.decode(parts[start : start + _PART_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _read_csv(lines: TextIO, columns: Columns) -> Rows:
    return _read_table(csv.reader(lines, strict=True), columns)


def _read_tsv(lines: TextIO, columns: Columns) -> Rows:
    return _read_table(csv.reader(lines, delimiter="\t", strict=True), columns)


def _read_table(reader: Any, columns: Columns) -> Rows:
    header: list[str] | None = None
    for record in _records(reader):
        if isinstance(record, Fault):
            yield record
        elif header is None:
            header = [field.strip() for field in record.fields]
            if faults := _header_faults(record.at, header, columns):
                yield from faults
                return
        else:
            yield _table_row(record, header, columns)


@dataclass(frozen=True, slots=True)
class _Record:
    at: str
    fields: list[str]


def _records(reader: Any) -> Iterator[_Record | Fault]:
    """Yield the records up to the first that is no CSV: what follows it cannot be trusted.

    A record has the number of its first line: an open quote is noticed at the end of the file.
    """
    line = 1
    try:
        for fields in reader:
            if fields:  # not a blank line
                yield _Record(str(line), fields)
            line = reader.line_num + 1
    except csv.Error as error:
        yield Fault(str(line), f"{error}; nothing was read from here on")


def _table_row(record: _Record, header: list[str], columns: Columns) -> Row | Fault:
    fields = record.fields
    if len(fields) != len(header):
        problem = f"its number of fields is {len(fields)}, the header's is {len(header)}"
        return Fault(record.at, problem)
    label, text = (fields[header.index(name)] for name in (columns.label, columns.text))
    return Row(record.at, label, text)


def _header_faults(at: str, header: list[str], columns: Columns) -> list[Fault]:
    """Return a fault for each column that is not there once.

    The header's own names are not shown: without a header, they are someone's message.
    """
    found = {name: header.count(name) for name in (columns.text, columns.label)}
    return [
        Fault(at, f"the header has {count or 'no'} columns named {name!r}, one is needed")
        for name, count in found.items()
        if count != 1
    ]


def _read_jsonl(lines: TextIO, columns: Columns) -> Rows:
    for number, line in enumerate(lines, start=1):
        if content := line.strip():
            yield _json_row(str(number), content, columns)


def _json_row(at: str, line: str, columns: Columns) -> Row | Fault:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return Fault(at, f"is not JSON: {error.msg} (column {error.colno})")
    except (ValueError, RecursionError):  # an integer of thousands of digits; nesting as deep
        return Fault(at, "is JSON beyond what is read here: too long a number, or too deep")
    if not isinstance(value, dict):
        return Fault(at, "is not a JSON object")
    missing = [name for name in (columns.text, columns.label) if name not in value]
    if missing:
        return Fault(at, f"the object has no member {' and no member '.join(map(repr, missing))}")
    return Row(at, value[columns.label], value[columns.text])


def _read_sms(lines: TextIO, _columns: Columns) -> Rows:
    for number, line in enumerate(lines, start=1):
        content = line.rstrip("\r\n")
        label, tab, text = content.partition("\t")
        if tab:
            yield Row(str(number), label, text)
        elif content:
            yield Fault(str(number), "has no tab between label and text")


_READERS: dict[Format, Callable[[TextIO, Columns], Rows]] = {
    Format.CSV: _read_csv,
    Format.TSV: _read_tsv,
    Format.JSONL: _read_jsonl,
    Format.SMS: _read_sms,
}
