"""Facts about keeping feedback and reading it, on both kinds of database."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from store.engine import open_engine, translated
from store.errors import Conflict, StoreUnavailable
from store.feedback import MAX_AT_ONCE, read_feedback, write_feedback
from store.migrating import upgrade
from store.records import NewFeedback, Receipt
from store.schema import check_schema


def said(**change: Any) -> NewFeedback:
    """Return feedback; `change` replaces fields."""
    fields = {
        "reporter": "anna",
        "label": "spam",
        "text": "win a prize",
        "decision_id": None,
        "source": None,
        "given_key": None,
    }
    return NewFeedback(**{**fields, **change})


def write_one(engine: Engine, item: NewFeedback) -> Receipt | Conflict:
    """Keep one item alone."""
    (receipt,) = write_feedback(engine, [item])
    return receipt


def kept(engine: Engine, item: NewFeedback) -> Receipt:
    """Keep one item alone, which must not conflict."""
    receipt = write_one(engine, item)
    assert isinstance(receipt, Receipt)
    return receipt


def test_what_is_kept_is_read(engine: Engine) -> None:
    """Every field, to the microsecond and the last character; what was not said is None."""
    before = datetime.now(UTC)
    message = "  Ünï\t\r\n😀\u200b\x01 'quoted' %s :x \\ "
    first = kept(engine, said(text=message, source="shop", decision_id="d-1", given_key="k"))
    second = kept(engine, said(text=None, decision_id="d-2", label="ham"))
    one, two = read_feedback(engine)
    assert (one.id, one.received_at) == (first.id, first.received_at)
    assert (one.text, one.source, one.decision_id) == (message, "shop", "d-1")
    assert (one.reporter, one.label) == ("anna", "spam")
    assert (two.text, two.source, two.decision_id, two.label) == (None, None, "d-2", "ham")
    assert two.id == second.id > one.id
    assert before <= one.received_at <= two.received_at <= datetime.now(UTC)
    assert one.received_at.tzinfo == UTC


def test_a_repetition_has_the_first_receipt(engine: Engine) -> None:
    """With a key of the client's, or with none: there is one row, and the moment is the first."""
    for item in (said(given_key="k"), said()):
        first, again = kept(engine, item), kept(engine, item)
        assert (first.repeated, again.repeated) == (False, True)
        assert (again.id, again.received_at) == (first.id, first.received_at)
    assert len(list(read_feedback(engine))) == 2


@pytest.mark.parametrize(
    "other",
    [{"label": "ham"}, {"text": "win a prize!"}, {"decision_id": "d"}],
    ids=lambda change: next(iter(change)),
)
def test_a_key_with_other_feedback_conflicts(engine: Engine, other: dict[str, Any]) -> None:
    """What was first stays; what came with the same key is not kept."""
    kept(engine, said(given_key="k"))
    assert isinstance(write_one(engine, said(given_key="k", **other)), Conflict)
    assert [row.text for row in read_feedback(engine)] == ["win a prize"]


def test_without_a_key_each_opinion_is_feedback(engine: Engine) -> None:
    """A reporter who thinks again, or speaks of another message, conflicts with nothing."""
    for item in (said(), said(label="ham"), said(text="x"), said(decision_id="d")):
        assert not kept(engine, item).repeated


def test_reporters_and_sources_have_keys_of_their_own(engine: Engine) -> None:
    """The same key of another reporter, or through another API key, is other feedback."""
    for change in ({}, {"reporter": "bob"}, {"source": "shop"}, {"source": "app"}):
        assert not kept(engine, said(given_key="1", text=str(change), **change)).repeated
    assert len(list(read_feedback(engine))) == 4


def test_the_longest_names_fit(engine: Engine) -> None:
    """128 characters of four bytes for each name: indices of databases have limits too."""
    name = "😀" * 128
    item = said(reporter=name, given_key=name, decision_id=name, source="x" * 64)
    assert not kept(engine, item).repeated
    assert kept(engine, item).repeated


def test_one_call_takes_what_is_good(engine: Engine) -> None:
    """Of a new one, its repetition, a conflict and an old one each has its own receipt."""
    old = kept(engine, said(given_key="old"))
    items = [
        said(given_key="new"),
        said(given_key="new"),
        said(given_key="new", label="ham"),
        said(given_key="old"),
    ]
    first, again, conflict, known = write_feedback(engine, items)
    assert isinstance(first, Receipt)
    assert not first.repeated
    assert again == Receipt(first.id, first.received_at, repeated=True)
    assert isinstance(conflict, Conflict)
    assert known == Receipt(old.id, old.received_at, repeated=True)


def test_the_most_at_once_is_within_the_databases_limits(engine: Engine) -> None:
    """So many in one transaction; read again in chunks, in order."""
    items = [said(text=f"text {i}") for i in range(MAX_AT_ONCE)]
    assert len(write_feedback(engine, items)) == MAX_AT_ONCE
    assert len(write_feedback(engine, items)) == MAX_AT_ONCE  # all looked up again
    for i in range(3):
        write_feedback(engine, [said(text=f"{i} {j}") for j in range(MAX_AT_ONCE)])
    rows = list(read_feedback(engine))
    assert len(rows) == 4 * MAX_AT_ONCE
    assert [row.id for row in rows] == sorted({row.id for row in rows})


def test_reading_from_a_moment_on(engine: Engine) -> None:
    """The moment itself counts, in whatever zone it is written."""
    first = kept(engine, said(text="first"))
    second = kept(engine, said(text="second"))
    abroad = second.received_at.astimezone(datetime.now().astimezone().tzinfo)
    assert [row.text for row in read_feedback(engine, abroad)] == ["second"]
    assert [row.text for row in read_feedback(engine, first.received_at)] == ["first", "second"]
    late = second.received_at + timedelta(microseconds=1)
    assert list(read_feedback(engine, late)) == []


def test_who_reads_holds_up_nobody(engine: Engine) -> None:
    """Somebody may write in the middle of a reading, which goes on with what there was."""
    for start in range(0, 2000, MAX_AT_ONCE):
        write_feedback(engine, [said(text=str(start + i)) for i in range(MAX_AT_ONCE)])
    rows = read_feedback(engine)
    next(rows)
    assert not kept(engine, said(text="meanwhile")).repeated
    assert len(list(rows)) == 1999


def test_reading_fetches_in_chunks(engine: Engine) -> None:
    """On PostgreSQL by a cursor of the server: the first row comes without all the others."""
    if engine.dialect.name != "postgresql":
        assert list(read_feedback(engine)) == []  # SQLite's library steps from row to row
        return
    cursors: list[Any] = []

    def note(_connection: object, cursor: Any, *_: object) -> None:
        cursors.append(cursor.name)

    event.listen(engine, "before_cursor_execute", note)
    list(read_feedback(engine))
    assert cursors[-1] is not None


def at_once(count: int, work: Callable[[int], Receipt | Conflict]) -> list[Receipt | Conflict]:
    """Do work so many times at the same moment, each in a thread."""
    barrier = threading.Barrier(count)

    def one(index: int) -> Receipt | Conflict:
        barrier.wait(30)
        return work(index)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_the_same_key_at_once_is_one_row(database_url: str, engine: Engine) -> None:
    """Of eight who write it at the same moment, one is the first, and all have its receipt."""
    engines = [open_engine(database_url, seconds=30) for _ in range(8)]
    receipts = at_once(8, lambda i: write_one(engines[i], said(given_key="k")))
    found = [receipt for receipt in receipts if isinstance(receipt, Receipt)]
    assert len(found) == 8
    assert sorted(receipt.repeated for receipt in found) == [False] + [True] * 7
    assert len({receipt.id for receipt in found}) == 1
    assert len(list(read_feedback(engine))) == 1
    for each in engines:
        each.dispose()


def test_no_deadlock_between_batches(database_url: str, engine: Engine) -> None:
    """Two who write the same keys in opposite orders, again and again, both end."""
    engines = [open_engine(database_url, seconds=30) for _ in range(2)]

    def write(index: int) -> Receipt | Conflict:
        for turn in range(20):
            items = [said(text=f"{turn} {i}") for i in range(100)]
            last = write_feedback(engines[index], items[:: 1 if index else -1])[-1]
        return last

    at_once(2, write)
    assert len(list(read_feedback(engine))) == 2000
    for each in engines:
        each.dispose()


def test_the_gateway_needs_few_rights(postgres_database: str) -> None:
    """Those that docs/security.md names: neither to change nor to delete, nor to own a table."""
    owner = open_engine(postgres_database)
    upgrade(owner)
    role = f"gateway_{owner.url.database}"
    with owner.begin() as connection:
        for statement in (
            f"CREATE ROLE {role}",
            f"GRANT SELECT, INSERT ON hamgate_feedback TO {role}",
            f"GRANT USAGE ON SEQUENCE hamgate_feedback_id_seq TO {role}",
            f"GRANT SELECT ON hamgate_version TO {role}",
        ):
            connection.execute(text(statement))
    engine = open_engine(postgres_database)

    def become(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION AUTHORIZATION {role}")
        connection.commit()

    event.listen(engine, "connect", become)
    check_schema(engine)
    kept(engine, said())
    assert kept(engine, said()).repeated
    assert len(list(read_feedback(engine))) == 1
    with (
        pytest.raises(StoreUnavailable, match="permission denied"),
        translated(engine),
        engine.begin() as connection,
    ):
        connection.execute(text("DELETE FROM hamgate_feedback"))
    engine.dispose()
    with owner.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()


def test_no_table_is_unavailable(empty_engine: Engine) -> None:
    """An error of ours, with the driver's reason, and with no text of a message in it."""
    for use in (lambda: write_one(empty_engine, said()), lambda: list(read_feedback(empty_engine))):
        with pytest.raises(StoreUnavailable, match="hamgate_feedback") as caught:
            use()
        assert "prize" not in f"{caught.value} {caught.value.__cause__}"


fields = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["spam", "ham"]),
        "text": st.none() | st.text(),
        "decision_id": st.none() | st.text(),
    }
)


@given(fields, fields)
def test_a_digest_is_of_what_is_said_alone(one: dict[str, Any], other: dict[str, Any]) -> None:
    """It differs when label, text or id do, and never for who says it, or under which key."""
    assert (said(**one).digest == said(**other).digest) == (one == other)
    assert said(**one, reporter="bob", source="x", given_key="k").digest == said(**one).digest
