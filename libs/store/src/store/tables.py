"""The tables of this release, and the columns' kinds that both databases know."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISION = "0001"
"""The newest migration: the one that makes the tables below. A test compares the two."""

VERSION_TABLE = "hamgate_version"
"""Where a database notes its revision. Not Alembic's own name for it: MLflow's tables, which may be
in the same database, have that one."""

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """A moment, in UTC on both sides; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return what is sent to the database."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if _dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return what came from the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


feedback = Table(
    "hamgate_feedback",
    metadata,
    # SQLite counts by itself in an INTEGER alone.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    # Empty for none: where NULLs differ from each other, none would be a repetition.
    Column("source", String(64), nullable=False),
    Column("reporter", String(128), nullable=False),
    Column("key", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("label", String(4), nullable=False),
    Column("decision_id", String(128)),
    Column("text", Text),
    Column("received_at", Utc, nullable=False),
    # Two clients' names for their reporters and keys may be the same by chance: with the source,
    # neither stands in the other's way.
    UniqueConstraint("source", "reporter", "key"),
    CheckConstraint("label IN ('spam', 'ham')", name="label"),
    CheckConstraint("text IS NOT NULL OR decision_id IS NOT NULL", name="message"),
    sqlite_autoincrement=True,
)
"""What reporters said of messages, a row for each."""
