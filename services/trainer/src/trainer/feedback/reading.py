"""Reading what users reported from hamgate's database."""

from store.engine import open_engine
from store.errors import StoreError
from store.feedback import read_feedback
from store.records import Feedback
from store.schema import check_schema
from trainer.errors import FeedbackUnavailable


def read_stored(address: str | None) -> list[Feedback]:
    """Return all feedback in the database at `address`.

    Raises:
        FeedbackUnavailable: No database is named, it does not answer, or it is not of this release.
    """
    if address is None:
        msg = "which database has the feedback? set TRAINER_DATABASE_URL to GATEWAY_DATABASE_URL's"
        raise FeedbackUnavailable(msg)
    try:
        engine = open_engine(address)
        try:
            check_schema(engine)
            return list(read_feedback(engine))
        finally:
            engine.dispose()
    except StoreError as error:
        raise FeedbackUnavailable(str(error)) from error
