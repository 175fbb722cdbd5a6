"""Running the loader as a process of its own, and ending it when nobody waits any more."""

import asyncio
import sys

import msgspec

from inference.errors import LoaderFailed, ModelError, RegistryUnavailable, Untrusted
from inference.loading.order import Order, Report

_COMMAND = (sys.executable, "-m", "inference.loading")
_ERRORS: dict[str, type[ModelError]] = {
    "unavailable": RegistryUnavailable,
    "untrusted": Untrusted,
}


async def load_into_cache(order: Order) -> None:
    """Bring a version into the cache by the loader.

    Raises:
        RegistryUnavailable: It cannot be fetched, or not be written here.
        Untrusted: It must not serve.
        LoaderFailed: The process took too long, was killed, or broke.
    """
    report = await _run(order) or await _run(order)
    if report is None:
        msg = (
            "the loader was killed, and killed again when it was tried once more: is memory short?"
        )
        raise LoaderFailed(msg)
    if report.outcome != "done":
        raise _ERRORS[report.outcome](report.reason)


async def _run(order: Order) -> Report | None:
    """Return what the loader says of a version; None if somebody else's signal ended it."""
    process = await asyncio.create_subprocess_exec(
        *_COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(order.load_seconds):
            output, _ = await process.communicate(msgspec.json.encode(order))
    except TimeoutError as error:
        msg = f"it was not loaded within {order.load_seconds:g} s"
        raise LoaderFailed(msg) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode is not None and process.returncode < 0:
        return None
    try:
        return msgspec.json.decode(output, type=Report)
    except msgspec.MsgspecError as error:
        msg = f"the loader ended with exit code {process.returncode}; the log has what it said"
        raise LoaderFailed(msg) from error
