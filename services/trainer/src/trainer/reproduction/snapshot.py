"""The corpus snapshot of a run: the very rows that a model was fitted on, as Parquet."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.dataset.columns import Label
from trainer.errors import NotReproducible

CORPUS_FILE = "data/corpus.parquet"
"""The snapshot, among a run's artifacts."""

_SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("label", pa.string()),
        ("weight", pa.float64()),
        ("origin", pa.string()),
    ]
)
_CORPUS, _FEEDBACK = "corpus", "feedback"


@dataclass(frozen=True)
class FeedbackRow:
    """A message that people reported, as a model was fitted on it."""

    text: str
    """Raw."""
    label: Label
    weight: float
    """Against 1 of a message of the corpus."""


@dataclass(frozen=True)
class Snapshot:
    """Rows in the order in which they were fitted on; texts are raw."""

    texts: Sequence[str]
    labels: Sequence[Label]
    feedback: Sequence[FeedbackRow] = ()


def encode(snapshot: Snapshot) -> bytes:
    """Return the snapshot as Parquet: the rows of the corpus, each of weight 1, then feedback."""
    corpus, feedback = len(snapshot.texts), snapshot.feedback
    table = pa.table(
        {
            "text": [*snapshot.texts, *(row.text for row in feedback)],
            "label": [*snapshot.labels, *(row.label for row in feedback)],
            "weight": [*[1.0] * corpus, *(row.weight for row in feedback)],
            "origin": [*[_CORPUS] * corpus, *[_FEEDBACK] * len(feedback)],
        },
        schema=_SCHEMA,
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data


def decode(data: bytes) -> Snapshot:
    """Return the snapshot in a Parquet file.

    Raises:
        NotReproducible: It is no snapshot, or is damaged.
    """
    try:
        table = pq.read_table(pa.BufferReader(data))
        columns = [table.column(name).to_pylist() for name in _SCHEMA.names]
    except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        msg = f"{CORPUS_FILE} is no corpus snapshot, or is damaged: {reason}"
        raise NotReproducible(msg) from error
    rows = list(zip(*columns, strict=True))
    corpus = [(text, label) for text, label, _, origin in rows if origin == _CORPUS]
    return Snapshot(
        [text for text, _ in corpus],
        [label for _, label in corpus],
        [FeedbackRow(*row) for *row, origin in rows if origin == _FEEDBACK],
    )
