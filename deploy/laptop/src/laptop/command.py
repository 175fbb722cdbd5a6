"""`make run` as a command: settings and checks in, an exit code out, signals in between.

Exit codes: 0, stopped by a signal once everything was ready; 128 + the signal's number, stopped
before that (130 for Ctrl-C); 1, something failed, and one message says what; 2, a setting is bad.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping

from rich.console import Console

from kit.settings import load_or_exit
from laptop.errors import LaptopError
from laptop.launch import Launch
from laptop.preflight import checked_state
from laptop.settings import Settings
from laptop.stack import Stack, build_stack
from laptop.state import StateFolder

StackBuilder = Callable[[Settings, StateFolder, Mapping[str, str]], Stack]

_STDIN = 0
_TERMINAL_SECONDS = 1.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(stack_builder: StackBuilder = build_stack) -> int:
    """Run hamgate on this machine until it is told to stop; return the exit code."""
    console = Console(highlight=False)
    settings = load_or_exit(Settings)
    try:
        with checked_state(settings) as state:
            stack = stack_builder(settings, state, os.environ)
            return asyncio.run(_run(Launch(settings, state, stack, console), console))
    except LaptopError as error:
        failures = Console(stderr=True, highlight=False)
        failures.print(f"hamgate: {error}", soft_wrap=True, markup=False, style="red")
        return 1


async def _run(launch: Launch, console: Console) -> int:
    """Run `launch` until it fails or a signal stops it; return the exit code of the latter."""
    work = asyncio.create_task(launch.run())
    received: list[signal.Signals] = []

    def stop(signum: signal.Signals) -> None:
        received.append(signum)
        work.cancel()  # once more, while everything is being ended: no more grace
        if len(received) == 1 and signum != signal.SIGHUP:  # after that there is no terminal
            console.print("ending everything (a second Ctrl-C kills it at once)", soft_wrap=True)

    loop = asyncio.get_running_loop()
    for signum in _SIGNALS:
        if signal.getsignal(signum) != signal.SIG_IGN or signum != signal.SIGHUP:  # nohup
            loop.add_signal_handler(signum, stop, signum)
    terminal = asyncio.create_task(_watch_terminal(stop))
    try:
        await work
    except asyncio.CancelledError:
        if not received:  # rich leaves when nobody reads its output any more
            raise
        return 0 if launch.ready else 128 + received[0]
    finally:
        terminal.cancel()
    msg = "the launch ended by itself without a failure"
    raise AssertionError(msg)


async def _watch_terminal(stop: Callable[[signal.Signals], None]) -> None:
    """Call `stop` when the terminal that we were started on, if any, has gone.

    Its SIGHUP goes to the leader of the session. A shell passes it on; make does not, and it leads
    the session of `ssh -t host make run`.
    """
    if os.isatty(_STDIN):
        while os.isatty(_STDIN):  # noqa: ASYNC110 - its going is no event
            await asyncio.sleep(_TERMINAL_SECONDS)
        stop(signal.SIGHUP)
