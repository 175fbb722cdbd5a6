"""Facts about the thread for calls that block."""

import asyncio
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from gateway.feedback.worker import Worker


async def test_calls_are_made_in_one_other_thread_in_order() -> None:
    """Each has what its call returns; the event loop goes on meanwhile."""
    worker = Worker("test")
    seen: list[tuple[int, int]] = []

    def work(index: int) -> int:
        seen.append((index, threading.get_ident()))
        return index * index

    found = await asyncio.gather(*(worker.run(partial(work, i)) for i in range(20)))
    assert found == [i * i for i in range(20)]
    assert [index for index, _ in seen] == list(range(20))
    (thread,) = {ident for _, ident in seen}
    assert thread != threading.get_ident()
    worker.end(lambda: None)


async def test_an_error_reaches_who_waits() -> None:
    """As it was raised; the thread goes on."""
    worker = Worker("test")

    def fail() -> None:
        msg = "broken"
        raise ValueError(msg)

    with pytest.raises(ValueError, match="broken"):
        await worker.run(fail)
    assert await worker.run(lambda: 1) == 1
    worker.end(lambda: None)


async def test_who_goes_is_not_waited_for() -> None:
    """A call whose task was cancelled before its turn is not made."""
    worker = Worker("test")
    release, made = threading.Event(), []
    first = asyncio.create_task(worker.run(release.wait))
    second = asyncio.create_task(worker.run(lambda: made.append("second")))
    await asyncio.sleep(0.05)
    second.cancel()
    await asyncio.wait([second])
    release.set()
    await first
    await worker.run(lambda: made.append("third"))
    assert made == ["third"]
    worker.end(lambda: None)


def test_the_last_call_is_made_and_the_thread_ends() -> None:
    """When `end` returns, if nothing hangs."""
    worker, made = Worker("ends-well"), []
    worker.end(lambda: made.append("last"))
    assert made == ["last"]
    assert "ends-well" not in {thread.name for thread in threading.enumerate()}


def test_a_call_that_hangs_does_not_keep_the_process() -> None:
    """`end` gives up after two seconds, and the process ends."""
    code = (
        "import asyncio, threading\n"
        "from gateway.feedback.worker import Worker\n"
        "worker = Worker('hangs')\n"
        "async def main():\n"
        "    task = asyncio.create_task(worker.run(threading.Event().wait))\n"
        "    await asyncio.sleep(0.1)\n"
        "    task.cancel()\n"
        "asyncio.run(main())\n"
        "worker.end(lambda: None)\n"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    assert time.monotonic() - started >= 2
