"""Errors of the database.

StoreError
├── AddressUnusable   the address names no database that can be used; ValueError too
├── StoreUnavailable  the database is away, full, locked or too slow; later it may do
├── SchemaUnfit       its tables are not those of this release
└── Conflict          a key came again, with other feedback
"""


class StoreError(Exception):
    """Base of what the database can meet; no message has a password or a message's text in it."""


class AddressUnusable(StoreError, ValueError):
    """The address names no database that can be used."""


class StoreUnavailable(StoreError):
    """The database is away, full, locked or too slow; nothing was kept, or nothing is known."""


class SchemaUnfit(StoreError):
    """The tables are not those of this release; the message says what to do."""


class Conflict(StoreError):
    """The same key of the same reporter came again, with other feedback."""
