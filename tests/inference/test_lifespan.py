"""Facts about the begin and the end of what lives as long as the process."""

import asyncio

import pytest

from fixtures.models import FakeSource, ref
from inference.lifespan import running
from inference.settings import Settings
from kit.bodies import BodyBudget
from kit.probes import Readiness


@pytest.mark.parametrize(("share", "forgotten"), [(0.0, ["Challenger"]), (0.5, [])])
async def test_a_challenger_that_is_switched_off_leaves_the_cache(
    source: FakeSource, share: float, forgotten: list[str]
) -> None:
    """What an earlier process kept of it goes before anything is served."""
    source.challenger = ref("7")
    async with running(Settings(challenger_share=share), Readiness(), BodyBudget(1), source):
        assert source.forgotten == forgotten


@pytest.mark.parametrize("turns", range(16))
async def test_a_cancel_in_the_middle_of_the_end_is_not_lost(
    source: FakeSource, turns: int
) -> None:
    """Whoever cancels the service while it ends the background work sees it cancelled.

    The cancel comes so many turns of the event loop after the end began: one of them finds the
    service waiting for work that was cancelled itself, and must not take the two for one.
    """
    serving, told = asyncio.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(Settings(), Readiness(), BodyBudget(1), source):
            serving.set()
            await told.wait()
        await asyncio.Event().wait()

    service = asyncio.create_task(serve())
    await serving.wait()
    told.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    service.cancel()
    done, _ = await asyncio.wait([service], timeout=10)
    assert done
    assert service.cancelled()
