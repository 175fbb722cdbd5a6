"""Which locks go with which database."""

from pathlib import Path

from trainer.errors import UnusableDatabase
from trainer.locks.files import FileLocks
from trainer.locks.lock import Locks
from trainer.locks.postgres import PostgresLocks

_POSTGRESQL = "postgresql://"
_SQLITE = "sqlite:///"


def open_locks(database_url: str, *, seconds: float, holder: str) -> Locks:
    """Return the locks of a database; nothing is connected or written before one is wanted.

    Args:
        database_url: `postgresql://…`, or `sqlite:///` and the path of a file.
        seconds: How long to wait for a lock that another trainer holds.
        holder: Who we are, for others who wait.

    Raises:
        UnusableDatabase: The address is another. The message has nothing of it, for it can have a
            password.
    """
    if database_url.startswith(_POSTGRESQL):
        return PostgresLocks(database_url, seconds, holder)
    path = database_url.removeprefix(_SQLITE).partition("?")[0]
    if database_url.startswith(_SQLITE) and path and not path.startswith(":"):
        return FileLocks(Path(path), seconds, holder)
    msg = (
        f"TRAINER_DATABASE_URL must begin with {_POSTGRESQL} (user:password@host/database), or "
        f"with {_SQLITE} and the path of a file"
    )
    raise UnusableDatabase(msg)
