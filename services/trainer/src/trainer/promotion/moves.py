"""Moving the alias: promote a version that the gate let through, or go back to the one before.

Both write in the same order: on the version who moves the alias and why, then the history, then the
alias. The history is right before and after the alias moves (`history.served`), so a trainer that
dies between any two of these writes leaves a registry that is right.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from kit.registry import (
    PRODUCTION,
    TAG_PREVIOUS,
    TAG_PROMOTED_AT,
    TAG_PROMOTED_BY,
    TAG_PROMOTED_REASON,
    TAG_PROMOTIONS,
)
from trainer.errors import AliasMoved, NoSuchVersion
from trainer.locks import Held, Locks
from trainer.promotion import history
from trainer.promotion.passing import check_passed, newest_passed
from trainer.registry import Registry, Version

LOCK = "promotion"
"""Name of the lock that whoever moves an alias holds."""


@dataclass(frozen=True)
class Note:
    """Who moves the alias, and why: written on the version that it comes to."""

    by: str
    reason: str


@dataclass(frozen=True)
class Promotion:
    """What a move of the alias did."""

    version: str
    """The version that serves now."""
    previous: str | None
    """The one that served before, if any."""


def promote(registry: Registry, locks: Locks, note: Note, number: str | None = None) -> Promotion:
    """Make a version the one that serves: the given one, or the newest that the gate let through.

    Raises:
        NotPromotable: The gate refused that version, or never judged it.
        NoSuchVersion: There is no such version, or none that the gate let through.
        NotWhole: Files of it are missing or changed.
        LockBusy, LockLost, AliasMoved: Somebody else moves the alias.
    """
    with _moving(registry, locks) as move:
        version = newest_passed(registry) if number is None else registry.version(number)
        check_passed(version)
        if move.current == version.number:
            return Promotion(version.number, version.tags.get(TAG_PREVIOUS) or None)
        move.to(version, (*move.past, version.number), note)
    return Promotion(version.number, move.current)


def rollback(registry: Registry, locks: Locks, note: Note) -> Promotion:
    """Make the version that served before the present one serve again.

    Raises:
        NoSuchVersion: Nothing serves, or nothing served before.
        NotPromotable: The gate never let the earlier version through.
        NotWhole: Files of it are missing or changed.
        LockBusy, LockLost, AliasMoved: Somebody else moves the alias.
    """
    with _moving(registry, locks) as move:
        if move.current is None:
            msg = "nothing serves, so there is nothing to roll back from"
            raise NoSuchVersion(msg)
        if len(move.past) == 1:
            msg = f"version {move.current} is the first that was promoted: there is none before it"
            raise NoSuchVersion(msg)
        version = registry.version(move.past[-2])
        check_passed(version)
        move.to(version, move.past, note)
    return Promotion(version.number, move.current)


@dataclass(frozen=True)
class _Move:
    """A move of the alias, from the first look at it to the last write."""

    registry: Registry
    held: Held
    current: str | None
    """The version that the alias names."""
    past: tuple[str, ...]
    """The versions that served, `current` the last of them."""

    def to(self, version: Version, numbers: tuple[str, ...], note: Note) -> None:
        """Let the alias name `version`, with `numbers` written as the history before."""
        self.registry.check_whole(version)
        told = {
            TAG_PROMOTED_AT: datetime.now(UTC).isoformat(timespec="seconds"),
            TAG_PROMOTED_BY: note.by,
            TAG_PROMOTED_REASON: note.reason,
            TAG_PREVIOUS: self.current or "",
        }
        for name, value in told.items():
            self.registry.tag(version, name, value)
        self.held.check()
        self._write(numbers)
        # Whoever moves it by hand, in MLflow's page, knows no lock.
        self._expect(self.current)
        self.held.check()
        self.registry.set_alias(PRODUCTION, version)
        self._expect(version.number)
        if (left := history.served(numbers, version.number)) != numbers:
            self._write(left)

    def _write(self, numbers: tuple[str, ...]) -> None:
        self.registry.tag_model(TAG_PROMOTIONS, history.encode(numbers))

    def _expect(self, number: str | None) -> None:
        named = self.registry.model().aliases.get(PRODUCTION)
        if named != number:
            msg = (
                f"somebody moved {PRODUCTION} to {_named(named)} meanwhile, where it named "
                f"{_named(number)}: look at `trainer status`, and run the command again"
            )
            raise AliasMoved(msg)


@contextmanager
def _moving(registry: Registry, locks: Locks) -> Iterator[_Move]:
    """Hold the lock, and yield a move from where the alias is now."""
    with locks.hold(LOCK) as held:
        model = registry.model()
        current = model.aliases.get(PRODUCTION)
        written = history.decode(model.tags.get(TAG_PROMOTIONS))
        yield _Move(registry, held, current, history.served(written, current))


def _named(number: str | None) -> str:
    return "nothing" if number is None else f"version {number}"
