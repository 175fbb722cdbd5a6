"""Opening a database, and its errors as ours."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from psycopg2.extensions import connection as PostgresConnection  # noqa: N812  a class, named small
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime

from store.address import SQLITE, check_address, shown, sqlite_path
from store.errors import StoreUnavailable

WRITES_FIRST = "hamgate_writes_first"
"""Option of a connection whose transactions read before they write. SQLite then takes the lock at
once: one that turns from a reader into a writer fails if another wrote in between."""

_APPLICATION = "hamgate"
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
"""A server that went without a word is noticed after some ten seconds, not two hours."""


def open_engine(address: str, *, seconds: float = 5.0) -> Engine:
    """Return the engine of a database; nothing is connected before it is used.

    Args:
        address: `postgresql://…`, or `sqlite:///` and the path of a file, which is made.
        seconds: How long connecting may take, a statement, and waiting for what others have locked.

    Raises:
        AddressUnusable: It is none of the two.
    """
    check_address(address)
    if address.startswith(SQLITE):
        return _open_sqlite(sqlite_path(address), seconds)
    return _open_postgres(address, seconds)


def _open_sqlite(path: str, seconds: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=path),
        hide_parameters=True,  # they are the texts of messages: no error and no log may have them
        connect_args={"timeout": seconds, "isolation_level": None},
    )
    event.listen(engine, "do_connect", _make_file)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgres(address: str, seconds: float) -> Engine:
    milliseconds = ceil(seconds * 1000)
    engine = create_engine(
        make_url(address).set(drivername="postgresql+psycopg2"),
        hide_parameters=True,  # as above
        pool_pre_ping=True,
        # Else a row that another process has just committed could be there, and not be seen.
        isolation_level="READ COMMITTED",
        pool_timeout=seconds,
        connect_args={
            # libpq takes whole seconds, and nothing below two of them.
            "connect_timeout": max(2, ceil(seconds)),
            "tcp_user_timeout": milliseconds,
            "application_name": _APPLICATION,
            "client_encoding": "utf8",
            **_KEEPALIVE,
        },
    )

    def prepare(connection: PostgresConnection, _record: object) -> None:
        _prepare_postgres(connection, milliseconds)

    event.listen(engine, "connect", prepare)
    return engine


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Raise what the database's driver raises within the block as an error of ours.

    Raises:
        StoreUnavailable: The database did not do what it was asked for.
    """
    try:
        yield
    except (DBAPIError, NoConnectionInTime, OSError) as error:
        msg = f"the database does not do its work ({_shown(engine.url)}): {_reason(error)}"
        raise StoreUnavailable(msg) from error


def _shown(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"{SQLITE}{url.database}"
    return shown(url.render_as_string())


def _reason(error: Exception) -> str:
    """Return what the driver says, in one line, without the statement."""
    told = error.orig if isinstance(error, DBAPIError) and error.orig else error
    # What follows the first line can quote a row.
    lines = str(told).strip().splitlines()
    return f"{type(told).__name__}: {lines[0]}" if lines else type(told).__name__


def _make_file(_dialect: object, _record: object, args: Sequence[str], _named: object) -> None:
    """Make the file that is to be opened, and its folder: for this user alone, it has messages."""
    path = Path(args[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    """Have others read while one writes, and a commit be on the disk when it returns."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    """Begin the transaction ourselves: Python's driver would leave out those that make tables."""
    writes_first = connection.get_execution_options().get(WRITES_FIRST)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes_first else "BEGIN")


def _prepare_postgres(connection: PostgresConnection, milliseconds: int) -> None:
    """Bound the time of statements, and have a commit be on the disk when it returns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %(ms)s, false),"
            " set_config('lock_timeout', %(ms)s, false)",
            {"ms": str(milliseconds)},
        )
        # A server may be set to confirm what a crash still loses; what waits for more stays.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()
