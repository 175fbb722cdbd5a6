import gc
import weakref
from pathlib import Path

from kit.memory import settle, trim


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


class Node:
    """Something that can be part of a circle."""

    other: "Node"


def test_what_lasts_is_not_looked_at_again() -> None:
    """A collection after it has nothing to do with what was there, which is freed when dropped."""
    lasting = [Node() for _ in range(1000)]
    settle()
    try:
        frozen = gc.get_freeze_count()
        assert frozen > 1000
        assert not any(found is lasting[0] for found in gc.get_objects())
        dropped = weakref.ref(lasting[0])
        del lasting[0]
        assert dropped() is None
    finally:
        gc.unfreeze()


def test_new_objects_are_looked_at_less_often() -> None:
    """Not at every thirtieth request in flight; and the older generations as before."""
    before = gc.get_threshold()
    settle()
    gc.unfreeze()
    assert gc.get_threshold()[0] > 2000
    assert gc.get_threshold()[1:] == before[1:]


def test_garbage_is_not_kept_for_it() -> None:
    """A circle that nobody refers to is gone before the rest is taken for lasting."""
    node = Node()
    node.other = node
    dropped = weakref.ref(node)
    del node
    settle()
    gc.unfreeze()
    assert dropped() is None
