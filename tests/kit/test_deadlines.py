import asyncio

import pytest

from kit.deadlines import Deadlines


async def test_a_block_that_is_in_time_is_left_alone() -> None:
    """Its value comes out, and nothing is cancelled later."""
    deadlines = Deadlines(0.05)
    for _ in range(3):
        with deadlines:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)


async def test_a_block_that_takes_too_long_raises_timeout_error() -> None:
    """The task goes on after it, and is not cancelled."""
    deadlines = Deadlines(0.02)
    for _ in range(2):
        with pytest.raises(TimeoutError), deadlines:
            await asyncio.Event().wait()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_each_task_has_its_own_time() -> None:
    """One that waits in vain does not end another that has just begun."""
    deadlines = Deadlines(0.1)

    async def wait(event: asyncio.Event) -> bool:
        try:
            with deadlines:
                return await event.wait()
        except TimeoutError:
            return False

    first = asyncio.create_task(wait(asyncio.Event()))
    await asyncio.sleep(0.06)
    event = asyncio.Event()
    second = asyncio.create_task(wait(event))
    assert await first is False
    event.set()
    assert await second is True


async def test_a_cancellation_from_outside_stays_one() -> None:
    """It is not taken for the end of the time."""
    deadlines = Deadlines(5)

    async def wait() -> None:
        with deadlines:
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_both_at_once_are_a_cancellation() -> None:
    """Who cancelled the task is not kept waiting for it."""
    deadlines = Deadlines(0.02)

    async def wait() -> None:
        with deadlines:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                asked.set()
                await asyncio.sleep(0)
                raise

    asked = asyncio.Event()
    task = asyncio.create_task(wait())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_block_comes_through() -> None:
    """It is no matter of time."""
    with pytest.raises(ValueError, match="mine"), Deadlines(1):
        float("mine")


def test_only_a_task_can_have_a_deadline() -> None:
    """A callback could not be cancelled."""

    async def callback_only() -> None:
        failed = loop.create_future()

        def callback() -> None:
            try:
                with Deadlines(1):
                    failed.set_result(None)
            except RuntimeError as error:
                failed.set_result(error)

        loop.call_soon(callback)
        assert isinstance(await failed, RuntimeError)

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(callback_only())
    finally:
        loop.close()
