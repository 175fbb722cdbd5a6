import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.errors import NotReproducible
from trainer.reproduction.snapshot import FeedbackRow, Snapshot, decode, encode

TEXTS = st.text(st.characters(codec="utf-8"))
LABELS = st.sampled_from(("spam", "ham"))
ROWS = st.builds(FeedbackRow, TEXTS, LABELS, st.floats(min_value=0, max_value=1))


@given(st.lists(st.tuples(TEXTS, LABELS)), st.lists(ROWS))
def test_what_goes_in_comes_out(rows: list[tuple[str, str]], feedback: list[FeedbackRow]) -> None:
    """In its order, weights to the bit."""
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    snapshot = Snapshot(texts, labels, feedback)  # type: ignore[arg-type]
    assert decode(encode(snapshot)) == snapshot


def test_the_same_rows_are_the_same_bytes() -> None:
    """So the digest of the file says whether the rows are the same."""
    snapshot = Snapshot(["a", "b"], ["spam", "ham"], [FeedbackRow("c", "ham", 0.5)])
    assert encode(snapshot) == encode(snapshot)


def test_anybody_can_read_it() -> None:
    """It is Parquet with four columns, compressed by zstd; rows of the corpus weigh 1."""
    data = encode(Snapshot(["a"], ["spam"], [FeedbackRow("c", "ham", 0.5)]))
    file = pq.ParquetFile(pa.BufferReader(data))
    assert file.read().to_pylist() == [
        {"text": "a", "label": "spam", "weight": 1.0, "origin": "corpus"},
        {"text": "c", "label": "ham", "weight": 0.5, "origin": "feedback"},
    ]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def other_columns() -> bytes:
    """Parquet, and no snapshot."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"text": ["a"]}), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


@pytest.mark.parametrize("data", [b"", b"PAR1", other_columns(), encode(Snapshot([], []))[:-9]])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    """The message names the file."""
    with pytest.raises(NotReproducible, match=r"data/corpus\.parquet is no corpus snapshot"):
        decode(data)
