"""Running the loader as a process of its own, and ending it when nobody waits any more."""

import asyncio
import sys

import msgspec

from inference.errors import LoaderFailed, ModelError, RegistryUnavailable, Untrusted
from inference.loading.order import Order, Report

_COMMAND = (sys.executable, "-m", "inference.loading.loader")
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
    report = await _run(order)
    if report.outcome != "done":
        raise _ERRORS[report.outcome](report.reason)


async def _run(order: Order) -> Report:
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
    try:
        return msgspec.json.decode(output, type=Report)
    except msgspec.MsgspecError as error:
        msg = f"the loader ended with exit code {process.returncode}; the log has what it said"
        raise LoaderFailed(msg) from error
