from fixtures.models import ref
from inference.following.quarantine import Quarantine


class Clock:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        """Start somewhere."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def held_for(held: Quarantine, clock: Clock) -> float:
    """Return how long version 1 is held from now on; the clock is then at that end."""
    start = clock.now
    while held.holds(ref("1")):
        clock.now += 1
    return clock.now - start


def test_nothing_is_held_at_first() -> None:
    """A version that never failed is free."""
    assert not Quarantine(5).holds(ref("1"))


def test_the_time_doubles_with_each_failure_up_to_five_minutes() -> None:
    """Ten seconds at a poll interval of five, then twenty, and so on."""
    clock = Clock()
    held, times = Quarantine(5, clock), []
    for _ in range(8):
        held.add(ref("1"), "corrupt")
        times.append(held_for(held, clock))
    assert times == [10, 20, 40, 80, 160, 300, 300, 300]


def test_only_the_very_version_is_held() -> None:
    """Another version is free, and its own failure starts from the beginning."""
    clock = Clock()
    held = Quarantine(5, clock)
    held.add(ref("1"), "corrupt")
    held.add(ref("1"), "corrupt")
    assert not held.holds(ref("2"))
    held.add(ref("2"), "corrupt")
    assert not held.holds(ref("1"))
    held.add(ref("1"), "corrupt")
    assert held_for(held, clock) == 10
