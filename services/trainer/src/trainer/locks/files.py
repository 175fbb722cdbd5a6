"""Locks of one machine: a file each, beside the database's. The system lets go of a dead one's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from trainer.errors import DatabaseUnavailable, LockBusy
from trainer.locks.lock import POLL_SECONDS


class FileLocks:
    """Locks beside the file of a SQLite database."""

    def __init__(self, database: Path, seconds: float, holder: str) -> None:
        """Keep the locks of `database` beside it; wait up to `seconds` for one, as `holder`."""
        self._database = database
        self._seconds = seconds
        self._holder = holder

    @contextmanager
    def hold(self, name: str, *, wait: bool = True) -> Iterator["FileHeld"]:
        """See `Locks.hold`."""
        path = self._database.with_name(f"{self._database.name}.{name}.lock")
        # A lock that does not hold between processes, where a disk knows no others, is none.
        lock = FileLock(path, poll_interval=POLL_SECONDS, fallback_to_soft=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=self._seconds if wait else 0)
        except Timeout as error:
            msg = f"the lock {name} is held by {_holder(path)}: {path}"
            raise LockBusy(msg) from error
        except OSError as error:
            msg = f"the lock {path} cannot be made: {error}"
            raise DatabaseUnavailable(msg) from error
        try:
            path.write_text(self._holder)
            yield FileHeld()
        finally:
            # Removed while it is ours: who waits for it sees that it is gone, and makes it anew.
            path.unlink(missing_ok=True)
            lock.release()


class FileHeld:
    """A file's lock, which nobody but ourselves can take from us."""

    def check(self) -> None:
        """See `Held.check`."""


def _holder(path: Path) -> str:
    """Return who says to hold a lock, as far as that can be read."""
    try:
        return path.read_text() or "another trainer"
    except OSError:
        return "another trainer"
