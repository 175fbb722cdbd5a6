"""Work that goes on beside a block, for as long as the block does."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def in_background(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run what never ends by itself within the block; raise what broke it when the block ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        # Not `await task`: its cancellation could not be told from one of ours.
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
