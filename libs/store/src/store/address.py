"""The address of a database: what is taken, and how it is shown. Imports no database library."""

from urllib.parse import urlsplit

from store.errors import AddressUnusable

POSTGRESQL = "postgresql://"
SQLITE = "sqlite:///"


def check_address(address: str) -> None:
    """Check that an address is one of PostgreSQL, or of a SQLite file.

    Raises:
        AddressUnusable: It is another. The message has nothing of it, for it can have a password.
    """
    if address.startswith(SQLITE):
        if sqlite_path(address)[:1] in {"", ":", "?"}:
            msg = "a database in memory keeps nothing: name a file, as sqlite:///folder/file.db"
            raise AddressUnusable(msg)
    elif not address.startswith(POSTGRESQL):
        msg = (
            f"a database's address must begin with {POSTGRESQL} (user:password@host/database), or "
            f"with {SQLITE} and the path of a file"
        )
        raise AddressUnusable(msg)
    else:
        try:
            _ = urlsplit(address).port
        except ValueError as error:
            msg = "the port in a database's address must be a number from 0 to 65535"
            raise AddressUnusable(msg) from error


def sqlite_path(address: str) -> str:
    """Return the path in an address of SQLite: all of it, for any character may be in one."""
    return address.removeprefix(SQLITE)


def shown(address: str) -> str:
    """Return an address without user, password and parameters, for messages and logs."""
    if address.startswith(SQLITE):
        return address
    parts = urlsplit(address)
    return f"{POSTGRESQL}{parts.netloc.rpartition('@')[2]}{parts.path}"
