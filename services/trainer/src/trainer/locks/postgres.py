"""Locks in PostgreSQL: a session's advisory locks, which end with the session."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from math import ceil
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, named small

from trainer.errors import DatabaseUnavailable, LockBusy, LockLost
from trainer.locks.lock import POLL_SECONDS

_ANSWER_SECONDS = 5.0
"""How long the server may take to connect, and for each statement."""
_CONNECTION: dict[str, Any] = {
    "connect_timeout": ceil(_ANSWER_SECONDS),
    "tcp_user_timeout": ceil(_ANSWER_SECONDS * 1000),
    "client_encoding": "utf8",
    # A trainer whose machine is gone loses its locks after some ten seconds, not after two hours;
    # and what stands between the two forgets no session while a training takes its hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
_PREPARE = (
    "SELECT set_config('statement_timeout', %(ms)s, false)",
    # A server may be set to end sessions that say nothing, which ours do for hours.
    """SELECT set_config('idle_session_timeout', '0', false)
    WHERE current_setting('idle_session_timeout', true) IS NOT NULL""",
)
_HOLDER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) | l.objid::bigint = %(key)s
"""


class PostgresLocks:
    """Locks in a PostgreSQL database, for all who can connect to it."""

    def __init__(self, url: str, seconds: float, holder: str) -> None:
        """Keep locks in the database at `url`; wait up to `seconds` for one, as `holder`."""
        self._url = url
        self._seconds = seconds
        self._holder = holder

    @contextmanager
    def hold(self, name: str, *, wait: bool = True) -> Iterator["PostgresHeld"]:
        """See `Locks.hold`."""
        key = lock_key(name)
        with closing(self._connect()) as connection:
            with _translated():
                deadline = time.monotonic() + (self._seconds if wait else 0)
                # Asked again and again, and not waited for within the server: a signal could not
                # end that.
                while not _ask(connection, "SELECT pg_try_advisory_lock(%(key)s)", key=key):
                    if time.monotonic() >= deadline:
                        holder = _ask(connection, _HOLDER, key=key) or "another trainer"
                        msg = f"the lock {name} is held by {holder}, in PostgreSQL"
                        raise LockBusy(msg)
                    time.sleep(POLL_SECONDS)
            try:
                yield PostgresHeld(connection, name)
            finally:
                # Where the session is gone, so is the lock.
                with suppress(psycopg2.Error):
                    _ask(connection, "SELECT pg_advisory_unlock(%(key)s)", key=key)

    def _connect(self) -> Connection:
        """Return a session that commits each statement by itself."""
        with _translated():
            connection: Connection = psycopg2.connect(
                self._url, application_name=self._holder, **_CONNECTION
            )
            connection.autocommit = True
            for statement in _PREPARE:
                _ask(connection, statement, ms=str(ceil(_ANSWER_SECONDS * 1000)))
        return connection


class PostgresHeld:
    """A lock that lasts as long as its session."""

    def __init__(self, connection: Connection, name: str) -> None:
        """Belong to the session that holds the lock `name`."""
        self._connection = connection
        self._name = name

    def check(self) -> None:
        """See `Held.check`."""
        try:
            _ask(self._connection, "SELECT 1")
        except psycopg2.Error as error:
            msg = (
                f"PostgreSQL let go of the lock {self._name}, so another trainer may hold it now: "
                f"run the command again ({_reason(error)})"
            )
            raise LockLost(msg) from error


def lock_key(name: str) -> int:
    """Return the number of a lock, the same in every process: a signed 64-bit integer."""
    digest = sha256(f"hamgate:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _ask(connection: Connection, statement: str, **values: object) -> object:
    """Return the first value of the answer's first row, None if it has none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the driver's errors into ours; none has the address, which can have a password."""
    try:
        yield
    except psycopg2.ProgrammingError as error:
        # libpq quotes an address that it cannot read; the cause would do so in a traceback.
        msg = f"TRAINER_DATABASE_URL cannot be used: {type(error).__name__}"
        raise DatabaseUnavailable(msg) from None
    except psycopg2.Error as error:
        msg = f"the database of TRAINER_DATABASE_URL does not do its work: {_reason(error)}"
        raise DatabaseUnavailable(msg) from error


def _reason(error: psycopg2.Error) -> str:
    """Return the first line of what the driver says."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
