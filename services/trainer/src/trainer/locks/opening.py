"""Which locks go with which database."""

from pathlib import Path

from store.address import POSTGRESQL, check_address, sqlite_path
from store.errors import AddressUnusable
from trainer.errors import UnusableDatabase
from trainer.locks.files import FileLocks
from trainer.locks.lock import Locks
from trainer.locks.postgres import PostgresLocks


def open_locks(database_url: str, *, seconds: float, holder: str) -> Locks:
    """Return the locks of a database; nothing is connected or written before one is wanted.

    Args:
        database_url: `postgresql://…`, or `sqlite:///` and the path of a file.
        seconds: How long to wait for a lock that another trainer holds.
        holder: Who we are, for others who wait.

    Raises:
        UnusableDatabase: The address is another.
    """
    try:
        check_address(database_url)
    except AddressUnusable as error:
        msg = f"TRAINER_DATABASE_URL cannot be used: {error}"
        raise UnusableDatabase(msg) from error
    if database_url.startswith(POSTGRESQL):
        return PostgresLocks(database_url, seconds, holder)
    return FileLocks(Path(sqlite_path(database_url)), seconds, holder)
