import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from starlette.requests import ClientDisconnect

from inference.scoring import SCORES, Piece, Scoring, pieces
from kit.errors import Unavailable
from kit.text import normalise

TEXTS = st.lists(st.integers(0, 300).map("x".__mul__), max_size=100)
PIECE = Piece(texts=4, weight=100)


class Work:
    """Counts letters, notes what it was given and in which thread, and can be held up."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.given: list[list[str]] = []
        self.threads: set[str] = set()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """Return the length of each text."""
        self.given.append(list(texts))
        self.threads.add(threading.current_thread().name)
        assert self.may_go_on.wait(30)
        return [len(text) for text in texts]

    async def begun(self) -> None:
        """Wait until it has been given something."""
        while not self.given:
            await asyncio.sleep(0.001)


async def here() -> bool:
    """Say that the client is still there."""
    return False


@pytest.fixture
def work() -> Work:
    """Work that is not held up."""
    return Work()


@pytest.fixture
def scoring() -> Iterator[Scoring]:
    """Scoring with a thread of its own, and room for 20 texts of 500 characters together."""
    with ThreadPoolExecutor(1, thread_name_prefix="scoring") as thread:
        yield Scoring(thread, max_texts=20, max_chars=500)


@given(TEXTS)
def test_pieces_are_the_texts_in_small_parts(texts: list[str]) -> None:
    """Nothing is lost or moved, and no piece is large unless one text alone is."""
    found = list(pieces(texts, PIECE))
    assert [text for piece in found for text in piece] == texts
    assert all(found)
    assert all(len(piece) <= 4 for piece in found)
    assert all(len(piece) == 1 or sum(map(len, piece)) <= 100 for piece in found)


@given(st.lists(st.text(min_size=1, max_size=99), max_size=50))
@example(["\ufdfa" * 20] * 5)
@example(["\ufdfb" * 20] * 5)
@example(["\u3316" * 20] * 5)
def test_pieces_are_small_when_they_are_normalised_too(texts: list[str]) -> None:
    """Whatever script they are in: some characters become up to eighteen."""
    for piece in pieces(texts, PIECE):
        assert len(piece) == 1 or sum(len(normalise(text)) for text in piece) <= 300


async def test_few_short_texts_are_done_at_once(scoring: Scoring, work: Work) -> None:
    """On the event loop, in one go, none included."""
    assert await scoring.run(work, ["a", "bc"], PIECE, here) == [1, 2]
    assert await scoring.run(work, [], PIECE, here) == []
    assert work.given == [["a", "bc"], []]
    assert work.threads == {threading.current_thread().name}


@pytest.mark.parametrize("texts", [["a"] * 10, ["a" * 60, "b" * 60, "c"], ["a" * 101]])
async def test_many_or_long_texts_are_done_in_the_thread(
    scoring: Scoring, work: Work, texts: list[str]
) -> None:
    """Piece by piece, with the results in order."""
    assert await scoring.run(work, texts, PIECE, here) == [len(text) for text in texts]
    assert work.given == list(pieces(texts, PIECE))
    assert all(name.startswith("scoring") for name in work.threads)


@pytest.mark.parametrize("letter", ["\ufdfa", "\ufdfb", "\u3316", "\u0431", "\U0001d41f"])
async def test_what_grows_when_it_is_normalised_is_done_in_the_thread(
    work: Work, letter: str
) -> None:
    """As many characters of ASCII would be done at once; of these a tenth is, in any script."""
    with ThreadPoolExecutor(1, thread_name_prefix="scoring") as thread:
        scoring = Scoring(thread, max_texts=64, max_chars=8192)
        await scoring.run(work, [letter * 128] * 64, SCORES, here)
        assert all(name.startswith("scoring") for name in work.threads)
        assert len(work.given) > 1
        at_once = Work()
        for text in ("a" * 128, letter * 7):
            await scoring.run(at_once, [text] * 64, SCORES, here)
        assert at_once.threads == {threading.current_thread().name}


async def test_the_loop_goes_on_while_the_thread_works(scoring: Scoring, work: Work) -> None:
    """A short request is answered while a long one is being done."""
    work.may_go_on.clear()
    large = asyncio.create_task(scoring.run(work, ["a"] * 8, PIECE, here))
    await work.begun()
    short = Work()
    assert await scoring.run(short, ["b"], PIECE, here) == [1]
    assert not large.done()
    work.may_go_on.set()
    assert await large == [1] * 8


async def test_large_requests_take_turns(scoring: Scoring, work: Work) -> None:
    """A piece of each, not all of the first one before all of the second one."""
    work.may_go_on.clear()
    first = asyncio.create_task(scoring.run(work, ["a"] * 9, PIECE, here))
    second = asyncio.create_task(scoring.run(work, ["b"] * 9, PIECE, here))
    await work.begun()
    work.may_go_on.set()
    await asyncio.gather(first, second)
    assert [piece[0] for piece in work.given] == ["a", "b", "a", "b", "a", "b"]


async def test_a_client_that_goes_away_is_not_worked_for(scoring: Scoring, work: Work) -> None:
    """The pieces that are left are dropped, and their place is free."""

    async def gone() -> bool:
        return True

    with pytest.raises(ClientDisconnect):
        await scoring.run(work, ["a"] * 20, PIECE, gone)
    assert work.given == [["a"] * 4]
    assert len(await scoring.run(work, ["a"] * 20, PIECE, here)) == 20


@pytest.mark.parametrize("more", [["b"] * 11, ["b" * 499]])
async def test_what_would_wait_too_long_is_refused_at_once(
    scoring: Scoring, work: Work, more: list[str]
) -> None:
    """Beyond the bounds of texts or characters; what is short never waits, and is taken."""
    work.may_go_on.clear()
    large = asyncio.create_task(scoring.run(work, ["a"] * 10, PIECE, here))
    await work.begun()
    assert REGISTRY.get_sample_value("hamgate_inference_waiting_texts") == 10
    with pytest.raises(Unavailable, match="10 texts are waiting"):
        await scoring.run(work, more, PIECE, here)
    assert await scoring.run(Work(), ["b"] * 4, PIECE, here) == [1] * 4
    work.may_go_on.set()
    assert await large == [1] * 10
    assert await scoring.run(work, more, PIECE, here) == [len(text) for text in more]
    assert REGISTRY.get_sample_value("hamgate_inference_waiting_texts") == 0


async def test_a_request_that_is_alone_is_taken_whatever_its_size(
    scoring: Scoring, work: Work
) -> None:
    """Else one over a bound that somebody set too low could never be answered."""
    assert await scoring.run(work, ["a" * 501], PIECE, here) == [501]


async def test_a_failure_frees_its_place(scoring: Scoring) -> None:
    """It is the caller's, and the next request is taken as ever."""

    def broken(_texts: Sequence[str]) -> list[int]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await scoring.run(broken, ["a"] * 20, PIECE, here)
    assert len(await scoring.run(Work(), ["a"] * 20, PIECE, here)) == 20
