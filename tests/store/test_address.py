"""Facts about the addresses of databases."""

import pytest

from store.address import check_address, shown
from store.errors import AddressUnusable


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:secret@host:5432/database?sslmode=require",
        "postgresql:///database",
        "sqlite:///relative/file.db",
        "sqlite:////absolute/file.db",
    ],
)
def test_these_are_taken(address: str) -> None:
    """PostgreSQL, and SQLite in a file."""
    check_address(address)


@pytest.mark.parametrize(
    "address",
    ["", "secret", "mysql://user:secret@host/x", "postgres://secret@host/x", "sqlite:secret"],
)
def test_others_are_refused(address: str) -> None:
    """With what an address must be, and nothing of the one that was given."""
    with pytest.raises(AddressUnusable, match="must begin with postgresql://") as caught:
        check_address(address)
    assert "secret" not in str(caught.value)


def test_a_port_is_a_number() -> None:
    """Nothing of the address is told: a password with a slash in it ends up there."""
    with pytest.raises(AddressUnusable, match="port") as caught:
        check_address("postgresql://anna:sec/ret@host/base")
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize("address", ["sqlite:///", "sqlite:///:memory:", "sqlite:///?mode=memory"])
def test_memory_keeps_nothing(address: str) -> None:
    """A database that ends with the process is none to keep feedback in."""
    with pytest.raises(AddressUnusable, match="in memory"):
        check_address(address)


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("postgresql://user:secret@host:5432/base", "postgresql://host:5432/base"),
        ("postgresql://host/base?password=secret", "postgresql://host/base"),
        ("postgresql://user:se@cret@host/base", "postgresql://host/base"),
        ("sqlite:////folder/file.db", "sqlite:////folder/file.db"),
    ],
)
def test_no_password_is_shown(address: str, seen: str) -> None:
    """Neither user nor password nor parameter."""
    assert shown(address) == seen
