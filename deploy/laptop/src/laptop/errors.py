"""What can go wrong on one machine. Every message says what is wrong, where, and what to do.

LaptopError
├── StateUnusable     the state folder, or a file in it, is not what it should be
├── AlreadyRunning    another process works in the same state folder
├── PortUnusable      a port is taken, or the address is not of this machine
├── ChildEnded        a service ended by itself
├── NotReady          a service did not become ready in time
├── RegistryUnusable  MLflow answered something that is no answer
├── TrainingFailed    the first training ended without a version that may serve
└── DemoFailed        a service that is ready did not classify a message
"""

import signal
from collections.abc import Sequence
from pathlib import Path


class LaptopError(Exception):
    """Base of the expected failures: shown as a message, never as a traceback."""


class StateUnusable(LaptopError):
    """The state folder, or a file in it, is not what it should be."""


class AlreadyRunning(LaptopError):
    """Another process works in the same state folder."""


class PortUnusable(LaptopError):
    """A port is taken, or the address is not of this machine."""


class ChildEnded(LaptopError):
    """A service ended by itself."""

    def __init__(self, name: str, exit_code: int, log: Path, tail: Sequence[str]) -> None:
        """Name the service, how it ended, and its log with the last lines of it."""
        end = "which ends:" if tail else "which is empty"
        lines = "".join(f"\n    {line}" for line in tail)
        super().__init__(f"{name} {describe_exit(exit_code)}; its log is {log}, {end}{lines}")


class NotReady(LaptopError):
    """A service did not become ready in time."""


class RegistryUnusable(LaptopError):
    """MLflow answered something that is no answer."""


class TrainingFailed(LaptopError):
    """The first training ended without a version that may serve."""


class DemoFailed(LaptopError):
    """A service that is ready did not classify a message."""


def describe_exit(exit_code: int) -> str:
    """Return an exit code in words; a negative one is a signal, as `subprocess` has it."""
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        return f"was ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"was ended by signal {-exit_code}"
