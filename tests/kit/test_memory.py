from pathlib import Path

from kit.memory import trim


def resident() -> int:
    """Return the memory of this process that is in use, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_free_memory_goes_back_to_the_system() -> None:
    """What the C library kept of a hundred thousand pieces is given back for the most part."""
    pieces = [bytes(1000) for _ in range(100_000)]
    # The last pieces stay, so that the library cannot give back the end of its heap by itself.
    del pieces[:-10]
    before = resident()
    trim()
    assert before - resident() > 50_000_000
    assert len(pieces) == 10
