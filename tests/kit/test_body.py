import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from kit.bodies import UNCOUNTED, BodyBudget
from kit.body import BodyReader
from kit.errors import BodyTooLarge, BodyTooSlow, Unavailable

MOST = 4 * UNCOUNTED
LONG = UNCOUNTED + 1
GONE = {"type": "http.disconnect"}


def sending(chunks: Sequence[bytes], end: dict[str, Any] | None = None) -> Receive:
    """Return what receives a body in chunks, the last one of which ends it if there is no `end`."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if end is None:
        messages[-1]["more_body"] = False
    else:
        messages.append(end)
    coming = iter(messages)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        if (message := next(coming, None)) is None:
            await asyncio.Event().wait()
        assert message
        return message

    return receive


def unfinished(*chunks: bytes) -> Receive:
    """Return what receives chunks, and then waits for ever."""
    return sending([*chunks, b""], {"type": "http.request", "body": b"", "more_body": True})


def reader_of(budget: BodyBudget, seconds: float = 60) -> BodyReader:
    """Return a reader of bodies that are no longer than the budget."""
    return BodyReader(MOST, seconds, budget)


def left(budget: BodyBudget) -> int:
    """Return how many bytes a budget of `MOST` still has."""
    few, many = 0, MOST
    while few < many:
        middle = (few + many + 1) // 2
        try:
            budget.take(middle)
        except Unavailable:
            many = middle - 1
        else:
            budget.give_back(middle)
            few = middle
    return few


async def test_a_long_body_is_held_until_it_is_released() -> None:
    """Having been read, it still takes memory."""
    budget = BodyBudget(MOST)
    reader = reader_of(budget)
    body = await reader.read(sending([b"x" * LONG]))
    assert left(budget) == MOST - LONG
    reader.release(body)
    assert left(budget) == MOST


async def test_what_has_come_of_an_unfinished_body_is_held() -> None:
    """Clients that stop sending cannot hold more together than the budget has."""
    budget = BodyBudget(MOST)
    first, second = reader_of(budget), reader_of(budget)
    silent = asyncio.create_task(first.read(unfinished(b"x" * LONG, b"x" * LONG)))
    while left(budget) > MOST - 2 * LONG:
        await asyncio.sleep(0)
    with pytest.raises(Unavailable, match=f"more than {MOST} bytes"):
        await second.read(sending([b"x" * LONG, b"x" * LONG]))
    assert left(budget) == MOST - 2 * LONG
    silent.cancel()
    with pytest.raises(asyncio.CancelledError):
        await silent
    assert left(budget) == MOST


async def test_a_short_body_is_read_however_many_long_ones_there_are() -> None:
    """An ordinary message is decided while somebody fills the budget."""
    budget = BodyBudget(MOST)
    reader = reader_of(budget)
    await reader.read(sending([b"x" * MOST]))
    body = await reader.read(sending([b"y" * (UNCOUNTED - 1), b"y"]))
    assert body == b"y" * UNCOUNTED
    reader.release(body)
    with pytest.raises(Unavailable):
        await reader.read(sending([b"y" * LONG]))


@pytest.mark.parametrize(
    ("receive", "error"),
    [
        (sending([b"x" * LONG], GONE), ClientDisconnect),
        (sending([b"x" * LONG, b"x" * MOST]), BodyTooLarge),
        (unfinished(b"x" * LONG), BodyTooSlow),
    ],
    ids=["gone", "too long", "too slow"],
)
async def test_a_body_that_is_not_read_is_not_held(
    receive: Receive, error: type[Exception]
) -> None:
    """Whatever ends the reading, what had come is given back."""
    budget = BodyBudget(MOST)
    with pytest.raises(error):
        await reader_of(budget, seconds=0.05).read(receive)
    assert left(budget) == MOST


@given(sizes=st.lists(st.integers(0, MOST // 2), min_size=1, max_size=8))
def test_any_chunks_are_held_as_long_as_their_sum(sizes: list[int]) -> None:
    """A body of several chunks is their concatenation, counted once; all is given back."""
    chunks = [bytes([number]) * size for number, size in enumerate(sizes)]
    size, budget = sum(sizes), BodyBudget(MOST)
    reader = reader_of(budget)

    async def read() -> bytes:
        return await reader.read(sending(chunks))

    if size > MOST:
        with pytest.raises(BodyTooLarge):
            asyncio.run(read())
    else:
        body = asyncio.run(read())
        assert body == b"".join(chunks)
        assert left(budget) == MOST - (size if size > UNCOUNTED else 0)
        reader.release(body)
    assert left(budget) == MOST
