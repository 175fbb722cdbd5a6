"""Child processes under the supervisor: real ones, with grandchildren and bad manners."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from laptop.errors import ChildEnded
from laptop.supervisor import Program, Supervisor, tail

FAKE = str(Path(__file__).with_name("fake_service.py"))

Started = Callable[[int], list[int]]
Alive = Callable[[], list[int]]


def fake(name: str = "fake", **job: Any) -> Program:
    """Return the fake service with its job as a program."""
    return Program(name, (sys.executable, FAKE, json.dumps(job, default=str)), os.environ)


@pytest.mark.parametrize("stubborn", [False, True])
def test_nothing_outlives_the_block(
    tmp_path: Path, pids: Path, started: Started, alive: Alive, *, stubborn: bool
) -> None:
    """Children and grandchildren are gone after the block, even those that ignore SIGTERM."""

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=0.5) as supervisor:
            for name in ("one", "two"):
                await supervisor.start(fake(name, pids=pids, grandchild=True, stubborn=stubborn))
            assert len(await asyncio.to_thread(started, 4)) == 4

    asyncio.run(main())
    assert alive() == []


def test_a_failure_in_the_block_ends_all(
    tmp_path: Path, pids: Path, started: Started, alive: Alive
) -> None:
    """An error inside the block comes out of it after every child has ended."""

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            await supervisor.start(fake(pids=pids, grandchild=True))
            await asyncio.to_thread(started, 2)
            raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(main())
    assert alive() == []


def test_a_grandchild_without_its_parent_is_ended(
    tmp_path: Path, pids: Path, started: Started, alive: Alive
) -> None:
    """What a child leaves behind when it ends by itself is ended with the rest."""

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            child = await supervisor.start(fake(pids=pids, grandchild=True, seconds=0))
            await child.process.wait()
            assert alive() == started(2)[1:]

    asyncio.run(main())
    assert alive() == []


def test_a_child_that_ends_is_reported(tmp_path: Path) -> None:
    """The report names the child, its exit code, its log and the last lines of that."""

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            child = await supervisor.start(fake("inference", says="oh no", seconds=0, exit_code=7))
            await supervisor.watch(child)

    with pytest.raises(ChildEnded) as raised:
        asyncio.run(main())
    log = tmp_path / "inference.log"
    assert str(raised.value) == (
        f"inference ended with exit code 7; its log is {log}, which ends:\n    oh no"
    )


def test_a_child_that_is_killed_is_reported(tmp_path: Path) -> None:
    """The report says the signal; an empty log is said to be empty."""

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            child = await supervisor.start(fake("mlflow"))
            child.process.kill()
            await supervisor.watch(child)

    with pytest.raises(ChildEnded, match=r"mlflow was ended by SIGKILL; its log is .* is empty"):
        asyncio.run(main())


def test_run_returns_the_exit_code_and_leaves_nothing(
    tmp_path: Path, pids: Path, started: Started, alive: Alive
) -> None:
    """A program that is run to its end gives its exit code, and its workers end with it."""

    async def main() -> int:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            code = await supervisor.run(fake(pids=pids, grandchild=True, seconds=0, exit_code=3))
            assert len(started(2)) == 2
            assert alive() == []
            return code

    assert asyncio.run(main()) == 3


@pytest.mark.parametrize("delay", [0, 0.001, 0.003, 0.01, 0.1])
def test_to_be_cancelled_while_starting_leaves_nothing(
    tmp_path: Path, pids: Path, alive: Alive, delay: float
) -> None:
    """Wherever in the start of its children the supervisor is cancelled, none is left."""

    async def work() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            for number in range(20):
                await supervisor.start(fake(f"child{number}", pids=pids))
            await supervisor.run(fake(pids=pids))

    async def main() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert alive() == []


def test_to_be_cancelled_while_ending_ends_at_once(
    tmp_path: Path, pids: Path, started: Started, alive: Alive
) -> None:
    """A second cancel does not stop the ending: it ends the grace."""

    async def work() -> None:
        async with Supervisor(tmp_path, grace_seconds=60) as supervisor:
            await supervisor.start(fake(pids=pids, grandchild=True, stubborn=True))
            await asyncio.to_thread(started, 2)

    async def main() -> None:
        task = asyncio.create_task(work())
        await asyncio.to_thread(started, 2)
        await asyncio.sleep(0.2)
        assert len(alive()) == 2
        task.cancel()
        await task

    begin = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - begin < 30
    assert alive() == []


def test_the_watchdog_is_no_single_point(
    tmp_path: Path, pids: Path, started: Started, alive: Alive
) -> None:
    """Without its watchdog the supervisor still starts and ends its children."""

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            supervisor._watchdog.kill()
            await supervisor._watchdog.wait()
            await supervisor.start(fake(pids=pids, grandchild=True))
            await asyncio.to_thread(started, 2)

    asyncio.run(main())
    assert alive() == []


def test_a_terminal_signal_does_not_reach_children(
    tmp_path: Path, pids: Path, started: Started
) -> None:
    """Every child leads a session of its own, which no Ctrl-C of our terminal reaches."""

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            child = await supervisor.start(fake(pids=pids, grandchild=True))
            pid, grandchild = await asyncio.to_thread(started, 2)
            assert os.getsid(pid) == os.getpgid(grandchild) == child.process.pid == pid
            assert os.getsid(supervisor._watchdog.pid) == supervisor._watchdog.pid

    asyncio.run(main())


def test_a_program_runs_in_its_folder(tmp_path: Path) -> None:
    """A program with a folder has it as its working directory."""
    folder = tmp_path / "a b#c"
    folder.mkdir()
    command = (sys.executable, "-c", "import os; print(os.getcwd())")

    async def main() -> None:
        async with Supervisor(tmp_path, grace_seconds=5) as supervisor:
            child = await supervisor.start(Program("where", command, os.environ, folder))
            await child.process.wait()

    asyncio.run(main())
    assert tail(tmp_path / "where.log") == [str(folder)]


def test_tail_is_the_end_of_a_long_log(tmp_path: Path) -> None:
    """Of a long log the last lines are shown, a long line cut, odd bytes replaced."""
    log = tmp_path / "log"
    log.write_bytes(b"".join(b"%d\n" % n for n in range(100_000)) + b"\xff" + b"x" * 999 + b"\n\n")
    lines = tail(log)
    assert lines[-2] == "99999"
    assert lines[-1].startswith("\ufffdxxx")
    assert all(len(line) <= 240 for line in lines)
    assert len(lines) == 8


def test_the_signal_of_a_child_is_sigterm_first(
    tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """A child that can end in order gets the chance to."""
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('in order', flush=True), sys.exit()))\n"
        "print('up', flush=True); time.sleep(600)"
    )
    log = tmp_path / "polite.log"
    program = Program("polite", (sys.executable, "-c", script), os.environ)

    async def main() -> int | None:
        async with Supervisor(tmp_path, grace_seconds=10) as supervisor:
            child = await supervisor.start(program)
            await asyncio.to_thread(wait_until, lambda: tail(log) == ["up"])
        return child.process.returncode

    assert asyncio.run(main()) != -signal.SIGKILL
    assert tail(log) == ["up", "in order"]
