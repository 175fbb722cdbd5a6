"""Bringing a database to the tables of this release."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from store.engine import WRITES_FIRST, translated
from store.schema import revision_of, unfit
from store.tables import REVISION

_LOCK = 0x68616D67617465
"""The number of our lock in PostgreSQL: `hamgate` in ASCII."""
_SECONDS = 600
"""How long a migration may take, and wait for another process that is at it."""


def upgrade(engine: Engine) -> None:
    """Make the tables, or change them to those of this release; do nothing if they are.

    Any number of processes may do it at once: one does, the others wait and find it done. A
    migration that fails leaves the database as it was.

    Raises:
        SchemaUnfit: The database is of a newer release.
        StoreUnavailable: It does not answer, or refuses.
    """
    with translated(engine), engine.connect() as connection:
        writing = connection.execution_options(**{WRITES_FIRST: True})
        with writing.begin():
            _wait_for_others(writing)
            _upgrade(writing)


def _wait_for_others(connection: Connection) -> None:
    """Wait until no other process migrates this database. SQLite has done so at the begin."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(
        text(
            f"SELECT set_config('statement_timeout', '{_SECONDS}s', true),"
            f" set_config('lock_timeout', '{_SECONDS}s', true)"
        )
    )
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def _upgrade(connection: Connection) -> None:
    found = revision_of(connection)
    if found == REVISION:
        return
    if found is not None and found > REVISION:
        raise unfit(found)
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, REVISION)
