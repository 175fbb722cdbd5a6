"""Whether a database has the tables of this release."""

from sqlalchemy import Connection, Engine, column, inspect, select, table, text

from store.engine import translated
from store.errors import SchemaUnfit
from store.tables import REVISION, VERSION_TABLE

UPGRADE = "run `python -m store upgrade`"


def check_schema(engine: Engine) -> None:
    """Check that a database is made for this release, and can keep any text.

    Raises:
        SchemaUnfit: It is not; the message says what to do.
        StoreUnavailable: It does not answer.
    """
    with translated(engine), engine.connect() as connection:
        found = revision_of(connection)
        _check_encoding(connection)
    if found is None:
        msg = f"the database has no tables of hamgate's yet: {UPGRADE}"
        raise SchemaUnfit(msg)
    if found != REVISION:
        raise unfit(found)


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a database says it has; None if it has none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(
        select(column("version_num")).select_from(table(VERSION_TABLE))
    )
    return found


def unfit(found: str) -> SchemaUnfit:
    """Return the error of a database that has another revision than this release."""
    if found < REVISION:  # four digits each
        return SchemaUnfit(
            f"the database's tables are of revision {found}, and this release wants {REVISION}: "
            f"{UPGRADE}"
        )
    return SchemaUnfit(
        f"the database's tables are of revision {found}, which a newer release made; this one "
        f"knows {REVISION}: run the newer release"
    )


def _check_encoding(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        msg = f"the database's encoding is {encoding}, and messages are of any script: make it UTF8"
        raise SchemaUnfit(msg)
