import asyncio

import pytest

from gateway.errors import ModelUnavailable
from gateway.upstream.metadata import Metadata
from gateway.upstream.prediction import ServedModel

MODEL = ServedModel("spam-classifier", "7", 0.5)


class Asked:
    """A model server that counts how often it is asked, and answers when it may."""

    def __init__(self) -> None:
        """Answer at once, with a model."""
        self.times = 0
        self.now = 0.0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.error: ModelUnavailable | None = None

    async def served(self) -> ServedModel:
        """Answer."""
        self.times += 1
        await self.may_answer.wait()
        if self.error:
            raise self.error
        return MODEL


async def test_all_who_ask_at_once_share_a_call() -> None:
    """And one that goes away takes nothing from the others."""
    asked = Asked()
    asked.may_answer.clear()
    metadata = Metadata(asked, lambda: asked.now)
    waiting = [asyncio.create_task(metadata.served()) for _ in range(100)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    asked.may_answer.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [MODEL] * 99
    assert asked.times == 1


async def test_an_answer_is_fresh_for_a_second() -> None:
    """Then the model server is asked again."""
    asked = Asked()
    metadata = Metadata(asked, lambda: asked.now)
    for now, times in ((0.0, 1), (0.9, 1), (1.0, 2), (1.5, 2), (9.0, 3)):
        asked.now = now
        assert await metadata.served() == MODEL
        assert asked.times == times


async def test_a_failure_is_shared_too() -> None:
    """Each who asked gets an error of its own, and the next second is another chance."""
    asked = Asked()
    asked.error = ModelUnavailable("it is away", "unreachable")
    metadata = Metadata(asked, lambda: asked.now)
    first, second = await asyncio.gather(
        metadata.served(), metadata.served(), return_exceptions=True
    )
    assert isinstance(first, ModelUnavailable)
    assert isinstance(second, ModelUnavailable)
    assert first is not second
    assert (str(first), first.reason, first.retry_after) == ("it is away", "unreachable", 1)
    assert asked.times == 1
    asked.error, asked.now = None, 1.0
    assert await metadata.served() == MODEL


async def test_a_fault_is_no_answer() -> None:
    """It is raised to who asked, and the model server is asked again later."""

    class Broken(Asked):
        async def served(self) -> ServedModel:
            self.times += 1
            raise ZeroDivisionError

    broken = Broken()
    metadata = Metadata(broken, lambda: broken.now)
    for broken.now in (0.0, 1.0):
        with pytest.raises(ZeroDivisionError):
            await metadata.served()
    assert broken.times == 2
