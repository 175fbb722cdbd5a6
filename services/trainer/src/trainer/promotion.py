"""Moving the alias: promote a version that the gate let through, or go back to the one before."""

import json
from dataclasses import dataclass

from kit.registry import (
    GATE_PASSED,
    GATE_REFUSED,
    TAG_GATE,
    TAG_GATE_REASONS,
    TAG_PREVIOUS,
)
from trainer.errors import NoSuchVersion, NotPromotable
from trainer.registry import Registry, Version


@dataclass(frozen=True)
class Promotion:
    """What a move of the alias did."""

    version: str
    """The version that serves now."""
    previous: str | None
    """The one that served before, if any."""


def promote(registry: Registry, number: str | None = None) -> Promotion:
    """Make a version the one that serves: the given one, or the newest that the gate let through.

    Raises:
        NotPromotable: The gate refused that version, or never judged it.
        NoSuchVersion: There is no such version, or none that the gate let through.
        NotWhole: Files of it are missing or changed.
    """
    version = _newest_passed(registry) if number is None else registry.version(number)
    _check(version)
    current = registry.production()
    if current is not None and current.number == version.number:
        return Promotion(version.number, version.tags.get(TAG_PREVIOUS))
    registry.check_whole(version)
    # The way back is written before the alias moves: a promotion cut off between leaves no
    # version in service that cannot be rolled back.
    if current is not None:
        registry.tag(version, TAG_PREVIOUS, current.number)
    registry.move_alias(version)
    return Promotion(version.number, current.number if current else None)


def rollback(registry: Registry) -> Promotion:
    """Make the version that served before the present one serve again.

    Raises:
        NoSuchVersion: Nothing serves, or nothing served before.
        NotPromotable: The gate never let the earlier version through.
        NotWhole: Files of it are missing or changed.
    """
    current = registry.production()
    if current is None:
        msg = "nothing serves, so there is nothing to roll back from"
        raise NoSuchVersion(msg)
    previous = current.tags.get(TAG_PREVIOUS)
    if previous is None:
        msg = f"version {current.number} is the first that was promoted: there is none before it"
        raise NoSuchVersion(msg)
    version = registry.version(previous)
    _check(version)
    registry.check_whole(version)
    registry.move_alias(version)
    return Promotion(version.number, current.number)


def _newest_passed(registry: Registry) -> Version:
    for version in registry.versions():
        if version.tags.get(TAG_GATE) == GATE_PASSED:
            return version
    msg = "no version was let through by the gate: run `trainer train`"
    raise NoSuchVersion(msg)


def _check(version: Version) -> None:
    gate = version.tags.get(TAG_GATE)
    if gate == GATE_REFUSED:
        reasons = "; ".join(json.loads(version.tags.get(TAG_GATE_REASONS, "[]")))
        msg = f"the gate refused version {version.number}: {reasons}"
        raise NotPromotable(msg)
    if gate != GATE_PASSED:
        msg = f"the gate never judged version {version.number}"
        raise NotPromotable(msg)
