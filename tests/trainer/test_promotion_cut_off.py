from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import given
from hypothesis import strategies as st

from kit.registry import GATE_PASSED, PRODUCTION, TAG_GATE
from trainer.errors import NoSuchVersion
from trainer.locks import Held
from trainer.promotion.moves import Note, promote, rollback
from trainer.registry import ModelRecord, Registry, Version

NOTE = Note("anna@laptop", "test")


class Killed(BaseException):
    """The trainer is gone, between two of its writes."""


class MortalRegistry(Registry):
    """A registry in memory, whose trainer dies before its nth write from now."""

    def __init__(self) -> None:
        """Have three versions that the gate let through."""
        self.found = {number: Version(number, "", 0, {TAG_GATE: GATE_PASSED}) for number in "123"}
        self.aliases: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.writes_left = 0

    def version(self, number: str) -> Version:
        """Return a version."""
        return self.found[number]

    def model(self) -> ModelRecord:
        """Return what is noted of the model."""
        return ModelRecord(dict(self.aliases), dict(self.tags))

    def check_whole(self, version: Version) -> None:
        """Every version is whole."""

    def tag(self, version: Version, name: str, value: str) -> None:
        """Write a tag of a version."""
        self._write()
        self.found[version.number] = Version(
            version.number, "", 0, {**self.found[version.number].tags, name: value}
        )

    def tag_model(self, name: str, value: str) -> None:
        """Write a tag of the model."""
        self._write()
        self.tags[name] = value

    def set_alias(self, alias: str, version: Version) -> None:
        """Let an alias name a version."""
        self._write()
        self.aliases[alias] = version.number

    def _write(self) -> None:
        if self.writes_left == 0:
            raise Killed
        self.writes_left -= 1


class FreeLocks:
    """Locks that nobody else wants."""

    @contextmanager
    def hold(self, name: str, *, wait: bool = True) -> Iterator[Held]:
        """Hold it."""
        del name, wait  # whatever its name, it is free
        yield self

    def check(self) -> None:
        """It is ours."""


STEPS = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3", "back"]), st.integers(min_value=0, max_value=8)),
    max_size=25,
)
"""The version to promote, or a rollback; and how many writes the trainer lives for."""


@given(STEPS)
def test_the_way_back_is_right_wherever_a_trainer_dies(steps: list[tuple[str, int]]) -> None:
    """Every step does what it does, or nothing: in the end the rollbacks go back along what served.

    A step that was cut off is not finished before the next one, which is another.
    """
    registry, locks = MortalRegistry(), FreeLocks()
    really: list[str] = []
    for step, lives_for in steps:
        before = registry.aliases.get(PRODUCTION)
        registry.writes_left = lives_for
        try:
            if step == "back":
                rollback(registry, locks, NOTE)
            else:
                promote(registry, locks, NOTE, step)
        except (Killed, NoSuchVersion):
            pass
        now = registry.aliases.get(PRODUCTION)
        if now is not None and now != before:
            really = really[:-1] if step == "back" else [*really, now]
    registry.writes_left = -1
    assert list(way_back(registry, locks)) == really[-2::-1]


def way_back(registry: Registry, locks: FreeLocks) -> Iterator[str]:
    """Roll back until there is nothing to go back to; yield what serves after each step."""
    while True:
        try:
            yield rollback(registry, locks, NOTE).version
        except NoSuchVersion:
            return
