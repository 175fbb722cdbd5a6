"""Giving memory back to the system, which the C library keeps for later use of its own accord."""

import ctypes


def trim() -> None:
    """Give free memory back; does nothing where the C library is not glibc. Takes milliseconds."""
    if _malloc_trim is not None:
        _malloc_trim(0)


_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
