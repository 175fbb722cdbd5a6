import asyncio

import pytest

from kit.background import in_background


class Work:
    """Never ends by itself, and notes how far it is."""

    def __init__(self) -> None:
        """Not begun yet."""
        self.begun = asyncio.Event()
        self.ended = False

    async def run(self) -> None:
        """Begin, wait to be cancelled, and take a turn of the loop to end."""
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.ended = True


async def fail() -> None:
    """Break at once."""
    msg = "out of order"
    raise OSError(msg)


async def test_the_work_goes_on_within_the_block_and_no_longer() -> None:
    """It runs beside the block, and has ended to its last line when the block is left."""
    work = Work()
    async with in_background(work.run()):
        await work.begun.wait()
        assert not work.ended
    assert work.ended
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_error_of_the_block_ends_the_work_and_is_raised() -> None:
    """The block's own error is what the caller sees."""
    work = Work()

    async def block() -> None:
        async with in_background(work.run()):
            await work.begun.wait()
            raise LookupError

    with pytest.raises(LookupError):
        await block()
    assert work.ended


async def test_work_that_broke_is_raised_when_the_block_ends() -> None:
    """The block is not interrupted by it, and the error is not lost."""
    reached = False

    async def block() -> None:
        nonlocal reached
        async with in_background(fail()):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            reached = True

    with pytest.raises(OSError, match="out of order"):
        await block()
    assert reached


async def test_cancelling_the_block_is_not_mistaken_for_the_end_of_the_work() -> None:
    """Who is cancelled within the block stays cancelled, after the work has ended."""
    work = Work()
    left = False

    async def block() -> None:
        nonlocal left
        async with in_background(work.run()):
            await asyncio.Event().wait()
        left = True

    task = asyncio.create_task(block())
    await work.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.ended
    assert not left


async def test_a_cancellation_while_the_work_ends_is_kept() -> None:
    """Cancelled at the very end of the block, the caller does not go on behind it."""
    ending, went_on = asyncio.Event(), False

    async def slow_to_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await asyncio.sleep(0)

    async def block() -> None:
        nonlocal went_on
        async with in_background(slow_to_end()):
            await asyncio.sleep(0)
        went_on = True

    task = asyncio.create_task(block())
    await ending.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not went_on
