"""Facts about feedback that waits for the database."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from gateway.errors import FeedbackConflict, FeedbackUnavailable
from gateway.feedback.keeping import Bounds, Keeper
from gateway.feedback.worker import Worker
from kit.background import in_background
from store.errors import Conflict, SchemaUnfit, StoreUnavailable
from store.records import NewFeedback, Receipt

NOW = datetime.now(UTC)


class FakeBook:
    """Keeps in memory; a test may make it hang or fail."""

    def __init__(self) -> None:
        """Begin empty, and free to write."""
        self.batches: list[list[NewFeedback]] = []
        self.free = threading.Event()
        self.free.set()
        self.began = threading.Event()
        self.error: Exception | None = None
        self.prepared = 0

    def prepare(self) -> None:
        """Count it."""
        self.prepared += 1
        if self.error:
            raise self.error

    def write(self, items: Sequence[NewFeedback]) -> list[Receipt | Conflict]:
        """Keep them when it may; whose text is `taken` conflicts, `again` is a repetition."""
        self.began.set()
        assert self.free.wait(30)
        if self.error:
            raise self.error
        self.batches.append(list(items))
        return [
            Conflict("taken") if i.text == "taken" else Receipt(n, NOW, i.text == "again")
            for n, i in enumerate(items)
        ]


@pytest.fixture
def book() -> FakeBook:
    """A book that works."""
    return FakeBook()


@asynccontextmanager
async def keeping(
    book: FakeBook, seconds: float = 30.0, size: int = 1000, chars: int = 2**21
) -> AsyncIterator[Keeper]:
    """Run a keeper."""
    worker = Worker("test")
    keeper = Keeper(book, worker, Bounds(size, chars), seconds)
    try:
        async with in_background(keeper.run()):
            yield keeper
    finally:
        book.free.set()
        worker.end(lambda: None)


def said(text: str | None = "win") -> NewFeedback:
    """Return feedback on a text."""
    return NewFeedback("anna", "spam", text, "d", None)


def counted(outcome: str) -> float:
    """Return how much feedback of that outcome was counted."""
    labels = {"label": "spam", "outcome": outcome}
    return REGISTRY.get_sample_value("hamgate_gateway_feedback_total", labels) or 0


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


async def test_what_waits_together_is_written_together(book: FakeBook) -> None:
    """The first goes at once, all that come meanwhile in the next transaction; each has its own."""
    async with keeping(book) as keeper:
        book.free.clear()
        first = asyncio.create_task(keeper.keep(said("0")))
        await until(book.began.is_set)
        others = [asyncio.create_task(keeper.keep(said(str(i)))) for i in range(1, 51)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in (first, *others))  # nothing is told before it is so
        book.free.set()
        receipts = [await task for task in (first, *others)]
    assert [[item.text for item in batch] for batch in book.batches] == [
        ["0"],
        [str(i) for i in range(1, 51)],
    ]
    assert [receipt.id for receipt in receipts] == [0, *range(50)]


async def test_a_transaction_has_its_bounds(book: FakeBook) -> None:
    """200 of them, or a million code points; a text that is longer goes alone."""
    texts = ["x"] * 250 + ["y" * 600_000] * 3
    async with keeping(book) as keeper:
        book.free.clear()
        tasks = [asyncio.create_task(keeper.keep(said("first")))]
        await until(book.began.is_set)
        tasks += [asyncio.create_task(keeper.keep(said(text))) for text in texts]
        await asyncio.sleep(0)
        book.free.set()
        await asyncio.gather(*tasks)
    assert [len(batch) for batch in book.batches] == [1, 200, 51, 1, 1]


async def test_each_outcome_is_told_and_counted(book: FakeBook) -> None:
    """Stored, repeated, and a conflict with the place of the key."""
    before = {o: counted(o) for o in ("stored", "repeated", "conflict")}
    async with keeping(book) as keeper:
        assert not (await keeper.keep(said())).repeated
        assert (await keeper.keep(said("again"))).repeated
        with pytest.raises(FeedbackConflict, match=r"at `\$\.key`"):
            await keeper.keep(said("taken"))
    assert {o: counted(o) - n for o, n in before.items()} == dict.fromkeys(before, 1)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), SchemaUnfit("old"), ValueError("bug")])
async def test_a_failure_is_a_503_and_over_with_its_cause(book: FakeBook, error: Exception) -> None:
    """Also a fault of ours, and at the start; logged once each time, with its end."""
    before = counted("unavailable")
    book.error = error
    with capture_logs() as logs:
        async with keeping(book) as keeper:
            await until(lambda: book.prepared)
            for _ in range(3):
                with pytest.raises(FeedbackUnavailable, match="send it again later"):
                    await keeper.keep(said())
            book.error = None
            await keeper.keep(said())
            await keeper.keep(said())
    assert counted("unavailable") == before + 3
    events = [line["event"] for line in logs if line["event"] != "feedback_broke"]
    assert events == ["feedback_unavailable", "feedback_available"]
    reasons = {line["reason"] for line in logs if line["event"] == "feedback_unavailable"}
    assert reasons == {"ValueError" if isinstance(error, ValueError) else str(error)}


async def test_a_full_queue_refuses_at_once(book: FakeBook) -> None:
    """By number and by code points; what waits is kept, and then there is room again."""
    before = counted("full")
    async with keeping(book, size=3, chars=100) as keeper:
        for texts, refused in ((["a", "b", "c"], "d"), (["e" * 60], "f" * 41)):
            book.free.clear()
            book.began.clear()
            tasks = [asyncio.create_task(keeper.keep(said("first")))]
            await until(book.began.is_set)
            tasks += [asyncio.create_task(keeper.keep(said(text))) for text in texts]
            await asyncio.sleep(0)
            with pytest.raises(FeedbackUnavailable, match="too much feedback waits"):
                await keeper.keep(said(refused))
            book.free.set()
            await asyncio.gather(*tasks)
    assert counted("full") == before + 2
    assert sum(map(len, book.batches)) == 6


async def test_a_database_that_hangs_holds_nobody_for_long(book: FakeBook) -> None:
    """Each has its time; what gave up waiting takes no room, and is not written later."""
    before = counted("late")
    book.free.clear()
    async with keeping(book, seconds=0.1, size=2) as keeper:
        first = asyncio.create_task(keeper.keep(said("on its way")))
        await until(book.began.is_set)
        for _ in range(3):  # twice as many as there is room for
            late = [asyncio.create_task(keeper.keep(said("late"))) for _ in range(2)]
            await asyncio.wait(late)
            for task in late:
                with pytest.raises(FeedbackUnavailable, match=r"not kept within 0.1 s"):
                    task.result()
        with pytest.raises(FeedbackUnavailable):
            await first
        assert counted("late") == before + 7
        book.free.set()
        await keeper.keep(said("after"))
    assert [[item.text for item in batch] for batch in book.batches] == [["on its way"], ["after"]]


async def test_who_goes_is_not_kept(book: FakeBook) -> None:
    """A client that went away before its turn leaves nothing in the queue, nor in the database."""
    async with keeping(book, size=1) as keeper:
        book.free.clear()
        first = asyncio.create_task(keeper.keep(said("first")))
        await until(book.began.is_set)
        gone = asyncio.create_task(keeper.keep(said("gone")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        stays = asyncio.create_task(keeper.keep(said("stays")))
        await asyncio.sleep(0)
        book.free.set()
        await asyncio.gather(first, stays)
    assert [[item.text for item in batch] for batch in book.batches] == [["first"], ["stays"]]
