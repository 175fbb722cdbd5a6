"""Facts about the gateway's use of its database."""

import pytest
from sqlalchemy import Engine, text

from gateway.feedback.database import Database
from store.engine import open_engine
from store.errors import SchemaUnfit, StoreUnavailable
from store.feedback import read_feedback
from store.migrating import upgrade
from store.records import NewFeedback, Receipt

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


def test_after_a_failure_it_connects_anew(postgres_database: str) -> None:
    """To the server that its name leads to then: one that became a standby is let go."""
    owner = open_engine(postgres_database)
    upgrade(owner)
    database = Database(postgres_database, migrate=False, seconds=5)
    database.write([ITEM])
    name = owner.url.database
    with owner.begin() as connection:  # what is connected later can write again
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    database.close()
    with pytest.raises(StoreUnavailable, match="read-only"):
        database.write([ITEM])
    with owner.begin() as connection:
        connection.execute(text("SET TRANSACTION READ WRITE"))
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = off"))
    (receipt,) = database.write([ITEM])
    assert isinstance(receipt, Receipt)
    assert receipt.repeated
    database.close()
    owner.dispose()


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
