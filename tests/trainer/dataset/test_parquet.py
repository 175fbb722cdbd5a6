"""Facts about reading Parquet."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.dataset.columns import Columns
from trainer.dataset.errors import Fault
from trainer.dataset.parquet import read_parquet
from trainer.dataset.rows import Row

COLUMNS = Columns()
STRINGS = st.text(st.characters(exclude_categories=["Cs"]))


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    """Return a Parquet file of these columns."""
    output = io.BytesIO()
    pq.write_table(pa.table(columns), output, **options)
    return output.getvalue()


@given(rows=st.lists(st.tuples(STRINGS, STRINGS)))
def test_rows_round_trip(rows: list[tuple[str, str]]) -> None:
    """What was written is read back, numbered from 1."""
    labels = pa.array([label for label, _ in rows], pa.string())
    texts = pa.array([text for _, text in rows], pa.string())
    expected = [Row(f"row {at}", label, text) for at, (label, text) in enumerate(rows, start=1)]
    data = parquet({"text": texts, "other": texts, "label": labels})
    assert list(read_parquet(data, COLUMNS)) == expected


def test_row_numbers_go_on_over_row_groups() -> None:
    """Rows are numbered through the file, not within a row group or a batch."""
    count = 20_000
    data = parquet({"label": ["ham"] * count, "text": ["x"] * count}, row_group_size=3_000)
    assert [row.at for row in read_parquet(data, COLUMNS)][-1] == f"row {count}"


def test_types_stay_as_they_are() -> None:
    """Integers, booleans, nulls and categories reach the judge as they are."""
    categories = pa.array(["ham", "spam", "ham"]).dictionary_encode()
    data = parquet({"label": categories, "text": pa.array([1, None, 3])})
    found = [(row.label, row.text) for row in read_parquet(data, COLUMNS) if isinstance(row, Row)]
    assert found == [("ham", 1), ("spam", None), ("ham", 3)]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"label,text\nham,hello\n"])
def test_what_is_no_parquet_is_a_fault_of_the_file(data: bytes) -> None:
    """A file that is empty or something else is refused as a whole."""
    (fault,) = read_parquet(data, COLUMNS)
    assert isinstance(fault, Fault)
    assert fault.at == ""
    assert fault.problem.startswith("is not a Parquet file, or is damaged")


def test_a_damaged_page_is_a_fault() -> None:
    """A page that cannot be unpacked is a fault, not an exception."""
    data = bytearray(parquet({"label": ["ham"] * 500, "text": [str(n) for n in range(500)]}))
    data[4:400] = b"\xff" * 396
    found = list(read_parquet(bytes(data), COLUMNS))
    assert isinstance(found[-1], Fault)
    assert "damaged" in found[-1].problem


def test_missing_columns_are_named() -> None:
    """Every column that is missing is named."""
    data = parquet({"body": ["hello"], "class": ["ham"]})
    assert list(read_parquet(data, COLUMNS)) == [
        Fault("", "has no columns named 'text', one is needed"),
        Fault("", "has no columns named 'label', one is needed"),
    ]


def test_a_string_that_is_not_utf8_is_named_by_row() -> None:
    """Arrow stores what it is given; a string that is not UTF-8 is found when it is read."""
    broken = pa.array([b"ok", b"caf\xe9"], pa.binary()).cast(pa.string(), safe=False)
    data = parquet({"label": ["ham", "ham"], "text": broken})
    assert list(read_parquet(data, COLUMNS)) == [
        Row("row 1", "ham", "ok"),
        Fault("row 2", "is not UTF-8"),
    ]
