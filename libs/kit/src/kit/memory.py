"""What Python's collector and the C library do not do of their own accord with what is there."""

import ctypes
import gc

_YOUNG = 5_000
"""New containers after which the collector looks at them, where Python has 700: that is thirty
requests in flight, none of which is garbage yet."""


def settle() -> None:
    """Take all that is there for lasting: the collector looks at it no more, free memory goes back.

    To be called when a service has started, or has loaded what will serve for long. A collection
    that looks at every rule and every route stops the event loop for a tenth of a second, and finds
    nothing. What is dropped later is freed all the same, unless it is part of a circle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    trim()


def trim() -> None:
    """Give free memory back; does nothing where the C library is not glibc. Takes milliseconds."""
    if _malloc_trim is not None:
        _malloc_trim(0)


_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
