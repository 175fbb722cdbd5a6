"""The alias of the version that is scored in the shadow of the one that serves."""

from kit.registry import CHALLENGER, GATE_REFUSED, TAG_GATE
from trainer.locks import Locks
from trainer.promotion.moves import LOCK
from trainer.promotion.passing import check_passed, newest_passed
from trainer.registry import Registry


def challenge(
    registry: Registry, locks: Locks, number: str | None = None, *, refused: bool = False
) -> str:
    """Make a version the challenger, the given or the newest that passed; return its number.

    It labels no message for anybody, so with `refused` it may be one that the gate refused.

    Raises:
        NotPromotable: The gate refused that version, or never judged it.
        NoSuchVersion: There is no such version, or none that the gate let through.
        NotWhole: Files of it are missing or changed.
        LockBusy: Somebody else moves an alias.
    """
    with locks.hold(LOCK) as held:
        version = newest_passed(registry) if number is None else registry.version(number)
        if not (refused and version.tags.get(TAG_GATE) == GATE_REFUSED):
            check_passed(version)
        registry.check_whole(version)
        held.check()
        registry.set_alias(CHALLENGER, version)
    return version.number


def withdraw(registry: Registry, locks: Locks) -> None:
    """Have no challenger any more; nothing happens where there is none.

    Raises:
        LockBusy: Somebody else moves an alias.
    """
    with locks.hold(LOCK):
        registry.delete_alias(CHALLENGER)
