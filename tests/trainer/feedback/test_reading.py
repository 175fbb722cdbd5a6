from pathlib import Path

import pytest

from store.engine import open_engine
from store.feedback import write_feedback
from store.migrating import upgrade
from store.records import NewFeedback
from trainer.errors import FeedbackUnavailable
from trainer.feedback.reading import read_stored


def test_what_was_kept_is_read(database_url: str) -> None:
    """Text or decision, label, reporter and key, from PostgreSQL and from SQLite."""
    engine = open_engine(database_url)
    upgrade(engine)
    write_feedback(engine, [
        NewFeedback("ann", "spam", "win a prize", None, "key"),
        NewFeedback("bob", "ham", None, "decision", None),
    ])  # fmt: skip
    engine.dispose()
    rows = read_stored(database_url)
    assert sorted((r.reporter, r.source, r.decision_id, r.text, r.label) for r in rows) == [
        ("ann", "key", None, "win a prize", "spam"),
        ("bob", None, "decision", None, "ham"),
    ]


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("mysql://user:secret@host/db", "must begin with postgresql://"),
        ("postgresql://user:secret@127.0.0.1:1/db", r"127\.0\.0\.1:1"),
    ],
)
def test_a_database_that_cannot_be_read_is_one_clear_line(address: str, fault: str) -> None:
    """It names the database, and never the password."""
    with pytest.raises(FeedbackUnavailable, match=fault) as refused:
        read_stored(address)
    assert "secret" not in str(refused.value)


def test_a_database_without_tables_is_refused(tmp_path: Path) -> None:
    """It says how they are made; the trainer itself makes none."""
    with pytest.raises(FeedbackUnavailable, match="python -m store upgrade"):
        read_stored(f"sqlite:///{tmp_path}/empty.db")
