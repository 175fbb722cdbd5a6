"""Keeping feedback, and reading it again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from store.engine import translated
from store.errors import Conflict
from store.records import Feedback, NewFeedback, Receipt
from store.tables import feedback

MAX_AT_ONCE = 500
"""Most feedback that is kept in one transaction: SQLite takes 32,766 values in a statement."""

_CHUNK = 500
_UNIQUE = (feedback.c.source, feedback.c.reporter, feedback.c.key)

Identity = tuple[str, str, str]
"""Source, reporter and key: there is one row at most for each."""


def write_feedback(engine: Engine, items: Sequence[NewFeedback]) -> list[Receipt | Conflict]:
    """Keep feedback, all in one transaction that is on the disk when this returns.

    Args:
        engine: The database.
        items: At most `MAX_AT_ONCE`.

    Returns:
        For each item, in order, its receipt; a `Conflict` if its key is taken by other feedback.

    Raises:
        StoreUnavailable: The database did not answer as it should. Nothing was kept, or, if the
            connection was lost at the end, all may have been: writing it again does no harm.
    """
    now = datetime.now(UTC)
    rows = {_identity(item): _row(item, now) for item in reversed(items)}
    # In one order: two transactions that wait for each other's keys would be a deadlock.
    ordered = [rows[identity] for identity in sorted(rows)]
    with translated(engine), engine.begin() as connection:
        new = _insert(connection, ordered)
        kept = new | _find(connection, [identity for identity in rows if identity not in new])
    receipts = []
    for item in items:
        identity = _identity(item)
        receipts.append(_receipt(kept[identity], item, repeated=identity not in new))
        new.pop(identity, None)  # the same again, in this very call, is a repetition
    return receipts


def read_feedback(engine: Engine, since: datetime | None = None) -> Iterator[Feedback]:
    """Yield the feedback that was kept, in the order of its ids, some hundred rows in memory.

    Args:
        engine: The database.
        since: The first moment that counts, with its zone; all feedback if None.

    Raises:
        StoreUnavailable: The database did not answer as it should.
    """
    c = feedback.c
    query = select(c.id, c.reporter, c.source, c.decision_id, c.text, c.label, c.received_at)
    if since is not None:
        query = query.where(c.received_at >= since)
    query = query.order_by(c.id)
    with translated(engine), engine.connect() as connection:
        # On PostgreSQL by a cursor of the server: the driver would else fetch all at once.
        for row in connection.execution_options(yield_per=_CHUNK).execute(query):
            yield Feedback(
                id=row.id,
                reporter=row.reporter,
                source=row.source or None,
                decision_id=row.decision_id,
                text=row.text,
                label=row.label,
                received_at=row.received_at,
            )


def _identity(item: NewFeedback) -> Identity:
    return item.source or "", item.reporter, item.key


def _row(item: NewFeedback, now: datetime) -> dict[str, Any]:
    source, reporter, key = _identity(item)
    return {
        "source": source,
        "reporter": reporter,
        "key": key,
        "digest": item.digest,
        "label": item.label,
        "decision_id": item.decision_id,
        "text": item.text,
        "received_at": now,
    }


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[Identity, Row[Any]]:
    """Insert the rows whose identity is new, and return those."""
    insert = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    statement = insert(feedback).values(rows).on_conflict_do_nothing(index_elements=_UNIQUE)
    return _by_identity(connection.execute(statement.returning(*_UNIQUE, *_RECEIPT)))


def _find(connection: Connection, identities: Sequence[Identity]) -> dict[Identity, Row[Any]]:
    """Return the rows of identities that were there already."""
    if not identities:
        return {}
    query = select(*_UNIQUE, *_RECEIPT).where(tuple_(*_UNIQUE).in_(identities))
    return _by_identity(connection.execute(query))


_RECEIPT = (feedback.c.id, feedback.c.received_at, feedback.c.digest)


def _by_identity(rows: Any) -> dict[Identity, Row[Any]]:
    return {(row.source, row.reporter, row.key): row for row in rows}


def _receipt(row: Row[Any], item: NewFeedback, *, repeated: bool) -> Receipt | Conflict:
    if row.digest != item.digest:
        msg = "this key of this reporter came before, with another message or label"
        return Conflict(msg)
    return Receipt(row.id, row.received_at, repeated)
