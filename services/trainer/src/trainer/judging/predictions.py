"""The labels of an evaluation, message by message: what two versions are compared by."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from trainer.errors import UnusableRecord
from trainer.learning.tuning import Indices, Texts
from trainer.measures import Bools, Floats

PREDICTIONS_FILE = "evaluation/predictions.parquet"
"""The predictions, among the run's artifacts."""
NEVER_TESTED = -1
"""Fold of a message that was only ever fitted on (feedback): it has no fair label."""

Folds = NDArray[np.int64]

_SCHEMA = pa.schema(
    [
        ("digest", pa.binary(32)),
        ("spam", pa.bool_()),
        ("score", pa.float64()),
        ("called_spam", pa.bool_()),
        ("fold", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Predictions:
    """Each message by the digest of its text, with truth and label; all of shape [messages]."""

    digests: Sequence[bytes]
    """SHA-256 of what the model sees of each message: no text is stored here."""
    spam: Bools
    score: Floats
    """Probability of spam by a model that never saw the message; NaN where no such model is."""
    called_spam: Bools
    fold: Folds
    """Number of the fold that tested it, or `NEVER_TESTED`."""


def predictions_of(
    texts: Texts,
    spam: Bools,
    outer: Sequence[tuple[Indices, Indices]],
    labels: tuple[Floats, Bools],
    fitted_only: Texts | None = None,
) -> Predictions:
    """Return the predictions of an evaluation.

    Args:
        texts: What the model sees, shape [messages].
        spam: Whether each is spam, shape [messages].
        outer: The (train, test) splits that it was evaluated by.
        labels: Score of each message, and whether it was called spam, shape [messages] each.
        fitted_only: Texts that all models were fitted on besides, shape [others].
    """
    scores, called_spam = labels
    others = 0 if fitted_only is None else len(fitted_only)
    every = texts if fitted_only is None else np.concatenate([texts, fitted_only])
    no = np.zeros(others, dtype=np.bool_)
    return Predictions(
        digests=[digest_of_text(text) for text in every],
        spam=np.concatenate([spam, no]),
        score=np.concatenate([scores, np.full(others, np.nan)]),
        called_spam=np.concatenate([called_spam, no]),
        fold=np.concatenate([fold_of(outer, len(texts)), np.full(others, NEVER_TESTED)]),
    )


def fold_of(outer: Sequence[tuple[Indices, Indices]], messages: int) -> Folds:
    """Return the number of the fold that tests each message, shape [messages]."""
    fold = np.full(messages, NEVER_TESTED, dtype=np.int64)
    for number, (_, test) in enumerate(outer):
        fold[test] = number
    return fold


def digest_of_text(text: str) -> bytes:
    """Return the SHA-256 of what a model sees of a message."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def encode_predictions(predictions: Predictions) -> bytes:
    """Return the predictions as a Parquet file."""
    columns = [
        pa.array(predictions.digests, pa.binary(32)),
        *(
            pa.array(column, from_pandas=False)
            for column in (
                predictions.spam, predictions.score, predictions.called_spam, predictions.fold
            )
        ),
    ]  # fmt: skip
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA), buffer)
    return buffer.getvalue()


def decode_predictions(data: bytes) -> Predictions:
    """Return the predictions in a Parquet file.

    Raises:
        UnusableRecord: It is none, or is damaged.
    """
    try:
        table = pq.read_table(pa.BufferReader(data))
        if not table.schema.equals(_SCHEMA):
            msg = f"{PREDICTIONS_FILE} has other columns than this release reads: {table.schema}"
            raise UnusableRecord(msg)
        columns = {name: table.column(name) for name in table.column_names}
    except (pa.ArrowException, OSError) as error:
        msg = f"{PREDICTIONS_FILE} cannot be read: {error}"
        raise UnusableRecord(msg) from error
    return Predictions(
        digests=columns["digest"].to_pylist(),
        spam=columns["spam"].to_numpy().astype(np.bool_),
        score=columns["score"].to_numpy(),
        called_spam=columns["called_spam"].to_numpy().astype(np.bool_),
        fold=columns["fold"].to_numpy(),
    )
