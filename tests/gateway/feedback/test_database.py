"""Facts about the gateway's use of its database."""

import pytest
from sqlalchemy import Engine, text

from gateway.feedback.database import Database
from store.errors import SchemaUnfit, StoreUnavailable
from store.feedback import read_feedback
from store.records import NewFeedback

ITEM = NewFeedback("anna", "spam", "win", None, None)


def test_it_migrates_only_if_told_so(database_url: str, empty_engine: Engine) -> None:
    """Else the tables must be there, and the error says how to make them."""
    database = Database(database_url, migrate=False, seconds=5)
    for call in (database.prepare, lambda: database.write([ITEM])):
        with pytest.raises(SchemaUnfit, match="python -m store upgrade"):
            call()
    database.close()
    database = Database(database_url, migrate=True, seconds=5)
    database.write([ITEM])
    assert [row.text for row in read_feedback(empty_engine)] == ["win"]
    database.close()


def test_a_database_is_looked_at_anew_after_a_failure(database_url: str, engine: Engine) -> None:
    """One that lost its tables while it was away is told by what it needs, and made if told so."""
    database = Database(database_url, migrate=False, seconds=5)
    database.write([ITEM])
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE hamgate_feedback"))
        connection.execute(text("DROP TABLE hamgate_version"))
    with pytest.raises(StoreUnavailable, match="hamgate_feedback"):
        database.write([ITEM])
    with pytest.raises(SchemaUnfit, match="no tables"):
        database.write([ITEM])
    database.close()
