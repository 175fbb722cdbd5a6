"""The database of feedback. What imports this module imports SQLAlchemy."""

from collections.abc import Sequence

from store.engine import open_engine
from store.errors import Conflict, StoreError
from store.feedback import write_feedback
from store.records import NewFeedback, Receipt
from store.schema import check_schema


class Database:
    """Writes feedback, from one thread, once the database's tables are known to be right."""

    def __init__(self, address: str, *, migrate: bool, seconds: float) -> None:
        """Name the database; nothing is connected yet.

        Args:
            address: Of the database.
            migrate: Whether its tables are made and changed from here.
            seconds: How long connecting or a statement may take.
        """
        self._engine = open_engine(address, seconds=seconds)
        self._migrate = migrate
        self._prepared = False

    def prepare(self) -> None:
        """See to it that the tables are those of this release.

        Raises:
            SchemaUnfit: They are not, and are not to be changed from here.
            StoreUnavailable: The database does not answer.
        """
        if self._migrate:
            # Here, because Alembic takes memory that only who migrates should pay.
            from store.migrating import upgrade  # noqa: PLC0415

            upgrade(self._engine)
        check_schema(self._engine)
        self._prepared = True

    def write(self, items: Sequence[NewFeedback]) -> list[Receipt | Conflict]:
        """Keep feedback, as `store.feedback.write_feedback` does.

        Raises:
            SchemaUnfit: The tables are not those of this release.
            StoreUnavailable: The database does not answer.
        """
        try:
            if not self._prepared:
                self.prepare()
            return write_feedback(self._engine, items)
        except StoreError:
            # It may be another database when it is back; and a server that has become a standby
            # answers on the old connections, but takes nothing any more.
            self._prepared = False
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()
