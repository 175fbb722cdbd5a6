"""Rows of a Parquet file, numbered from 1."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.dataset.columns import Columns
from trainer.dataset.errors import Fault
from trainer.dataset.rows import Row

_BATCH_ROWS = 8192


def read_parquet(data: bytes, columns: Columns) -> Iterator[Row | Fault]:
    """Yield the rows of a Parquet file, or the faults that keep it from being read."""
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        if faults := _schema_faults(file.schema_arrow.names, columns):
            yield from faults
            return
        yield from _rows(file, columns)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        yield Fault("", f"is not a Parquet file, or is damaged: {reason}")


def _schema_faults(names: list[str], columns: Columns) -> list[Fault]:
    return [
        Fault("", f"has {names.count(name) or 'no'} columns named {name!r}, one is needed")
        for name in (columns.text, columns.label)
        if names.count(name) != 1
    ]


def _rows(file: pq.ParquetFile, columns: Columns) -> Iterator[Row | Fault]:
    number = 0
    wanted = [columns.label, columns.text]
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=wanted):
        labels, texts = (batch.column(name) for name in wanted)
        for label, text in zip(labels, texts, strict=True):
            number += 1
            yield _row(f"row {number}", label, text)


def _row(at: str, label: Any, text: Any) -> Row | Fault:
    """Return one row; Arrow finds a string that is not UTF-8 only when it becomes Python's."""
    try:
        return Row(at, label.as_py(), text.as_py())
    except UnicodeDecodeError:
        return Fault(at, "is not UTF-8")
