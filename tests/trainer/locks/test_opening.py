import pytest

from trainer.errors import UnusableDatabase
from trainer.locks.files import FileLocks
from trainer.locks.opening import open_locks
from trainer.locks.postgres import PostgresLocks


@pytest.mark.parametrize(
    ("url", "kind"),
    [("sqlite:///.hamgate/hamgate.db", FileLocks), ("postgresql://u:p@host/db", PostgresLocks)],
)
def test_the_address_says_where_the_locks_are(url: str, kind: type) -> None:
    """A file's beside it, a server's in it."""
    assert isinstance(open_locks(url, seconds=1, holder="here"), kind)


@pytest.mark.parametrize(
    "url", ["", "mysql://u:hunter2@host/db", "sqlite://", "sqlite:///", "sqlite:///:memory:"]
)
def test_other_addresses_are_refused(url: str) -> None:
    """What has no file and no server has no locks; the message does not show the address."""
    with pytest.raises(UnusableDatabase, match="TRAINER_DATABASE_URL cannot be used: ") as raised:
        open_locks(url, seconds=1, holder="here")
    assert "hunter2" not in str(raised.value)
