import numpy as np
import pytest

from trainer.errors import UnusableRecord
from trainer.judging.predictions import (
    NEVER_TESTED,
    decode_predictions,
    digest_of_text,
    encode_predictions,
    predictions_of,
)
from trainer.learning.tuning import as_texts

TEXTS = as_texts(["win a prize", "see you", "lunch?"])
OUTER = [(np.array([1]), np.array([0, 2])), (np.array([0, 2]), np.array([1]))]
SPAM = np.array([True, False, False])
SCORES = np.array([0.9, 0.1, 0.6])


def test_predictions_come_back_as_they_were() -> None:
    """Messages by their digests, and behind them those that were never tested."""
    labels = (SCORES, np.array([True, False, True]))
    made = predictions_of(TEXTS, SPAM, OUTER, labels, as_texts(["told by a user"]))
    read = decode_predictions(encode_predictions(made))
    assert read.digests == [digest_of_text(text) for text in (*TEXTS, "told by a user")]
    assert read.spam.tolist() == [True, False, False, False]
    assert read.score[:3].tolist() == SCORES.tolist()
    assert np.isnan(read.score[3])
    assert read.called_spam.tolist() == [True, False, True, False]
    assert read.fold.tolist() == [0, 1, 0, NEVER_TESTED]


def test_no_text_is_stored() -> None:
    """Whoever may read the file learns no message from it."""
    made = predictions_of(TEXTS, SPAM, OUTER, (SCORES, SPAM))
    assert b"prize" not in encode_predictions(made)


@pytest.mark.parametrize("data", [b"", b"PAR1 no more", b"{}"])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    """With our error, which names the file."""
    with pytest.raises(UnusableRecord, match=r"predictions\.parquet"):
        decode_predictions(data)
