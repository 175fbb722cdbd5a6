"""Child processes, each in a process group of its own: started, watched, and all of them ended."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from laptop import watchdog
from laptop.errors import ChildEnded

_TAIL_LINES = 8
_TAIL_BYTES = 16_384
_TAIL_COLUMNS = 240
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Program:
    """A command to run under a name, with its whole environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path | None = None
    """Working directory; ours if not set."""


@dataclass(frozen=True, eq=False)
class Child:
    """A process that was started; it leads the group of all that it starts in turn."""

    name: str
    process: asyncio.subprocess.Process


class Supervisor:
    """Owns child processes: none of them outlives the `async with` block.

    A watchdog process ends them should this one be killed (SIGKILL) within the block.
    """

    def __init__(self, logs: Path, grace_seconds: float) -> None:
        """Keep the children's logs in `logs`; give them `grace_seconds` to end after SIGTERM."""
        self._logs = logs
        self._grace_seconds = grace_seconds
        self._children: list[Child] = []

    async def __aenter__(self) -> Self:
        """Start the watchdog."""
        read_end, self._to_watchdog = os.pipe()
        script = ("-I", "-S", watchdog.__file__, str(self._grace_seconds))
        # A session of its own: what the terminal sends to us must not reach it.
        self._watchdog = await asyncio.create_subprocess_exec(
            sys.executable, *script, stdin=read_end, start_new_session=True
        )
        os.close(read_end)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every child and the watchdog. To be cancelled meanwhile is to be in a hurry."""
        ending = asyncio.create_task(self._end_all())
        while not ending.done():
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                self._signal_all(signal.SIGKILL)
        ending.result()

    async def start(self, program: Program, *, again: bool = False) -> Child:
        """Start a program that is to stay, with its output in `<logs>/<name>.log`.

        The log is a new one, unless the program is started `again`.
        """
        with self.log_of(program.name).open("ab" if again else "wb") as output:
            return await self._spawn(program, output)

    async def run(self, program: Program) -> int:
        """Run a program to its end, with our own output for its; return its exit code."""
        child = await self._spawn(program, None)
        exit_code = await child.process.wait()
        await self.end(child)
        return exit_code

    async def end(self, child: Child) -> None:
        """End a child and all of its group; one that ended by itself may have left some of it."""
        await self._end(child)
        self._children.remove(child)

    async def watch(self, child: Child) -> None:
        """Wait until a child that is to stay ends, and raise `ChildEnded`."""
        exit_code = await child.process.wait()
        log = self.log_of(child.name)
        raise ChildEnded(child.name, exit_code, log, tail(log))

    def log_of(self, name: str) -> Path:
        """Return the log of the program with this name."""
        return self._logs / f"{name}.log"

    async def _spawn(self, program: Program, output: BinaryIO | None) -> Child:
        # A session of its own: a Ctrl-C is for us alone, and we end the children in our order.
        # When this is cancelled half-way, asyncio itself kills the process.
        process = await asyncio.create_subprocess_exec(
            *program.command,
            env=program.environment,
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        child = Child(program.name, process)
        self._children.append(child)
        self._tell_watchdog("+", child)
        return child

    async def _end_all(self) -> None:
        await asyncio.gather(*(self._end(child) for child in self._children))
        os.close(self._to_watchdog)
        await self._watchdog.wait()

    async def _end(self, child: Child) -> None:
        """End a child and all of its group: SIGTERM, then SIGKILL when the grace is over."""
        group = child.process.pid
        watchdog.signal_group(group, signal.SIGTERM)
        try:
            async with asyncio.timeout(self._grace_seconds):
                await child.process.wait()
                await _group_gone(group)
        except TimeoutError:
            watchdog.signal_group(group, signal.SIGKILL)
            await child.process.wait()
        self._tell_watchdog("-", child)

    def _signal_all(self, signum: signal.Signals) -> None:
        for child in self._children:
            watchdog.signal_group(child.process.pid, signum)

    def _tell_watchdog(self, sign: str, child: Child) -> None:
        try:
            os.write(self._to_watchdog, f"{sign}{child.process.pid}\n".encode())
        except BrokenPipeError:
            # Someone ended the watchdog. It is there only for the case that we are killed: going
            # on without it is better than ending everything.
            return


async def _group_gone(group: int) -> None:
    """Return when no process of the group is left; there is no event to wait for."""
    while True:
        if not watchdog.signal_group(group, 0):
            return
        await asyncio.sleep(_POLL_SECONDS)


def tail(log: Path) -> list[str]:
    """Return the last lines of a log, each cut to a readable length."""
    with log.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").rstrip().splitlines()
    return [line[:_TAIL_COLUMNS] for line in lines[-_TAIL_LINES:]]
