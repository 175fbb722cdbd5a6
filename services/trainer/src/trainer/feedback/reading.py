"""Reading what users reported from hamgate's database."""

from store.engine import open_engine
from store.errors import StoreError
from store.feedback import read_feedback
from store.records import Feedback
from store.schema import check_schema
from trainer.errors import FeedbackUnavailable


def read_stored(address: str) -> list[Feedback]:
    """Return all feedback in the database at `address`.

    Raises:
        FeedbackUnavailable: The database does not answer, or has not the tables of this release.
    """
    try:
        engine = open_engine(address)
        try:
            check_schema(engine)
            return list(read_feedback(engine))
        finally:
            engine.dispose()
    except StoreError as error:
        raise FeedbackUnavailable(str(error)) from error
