"""Facts about the end of what lives as long as the process."""

import asyncio

import pytest

from fixtures.models import FakeSource
from inference.lifespan import running
from inference.settings import Settings
from kit.probes import Readiness


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
        async with running(Settings(), Readiness(), source):
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
