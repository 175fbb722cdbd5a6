"""Tables as files: MLflow's JSON, that its pages show, and CSV for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

Cell: TypeAlias = str | int | float
Columns = Mapping[str, Sequence[Cell]]
"""Cells by the name of their column; all columns are of one length."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def mlflow_table(columns: Columns) -> str:
    """Return the JSON that MLflow's `log_table` would write, which its pages show as a table."""
    rows = list(zip(*columns.values(), strict=True))
    return msgspec.json.encode({"columns": list(columns), "data": rows}).decode()


def csv_table(columns: Columns) -> str:
    """Return the table as CSV with a heading.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV
    Injection): a message is somebody else's text, and must not do a thing where it is opened.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_inert(cell) for cell in row])
    return text.getvalue()


def _inert(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.lstrip(" \n").startswith(_FORMULA):
        return f"'{cell}"
    return cell
