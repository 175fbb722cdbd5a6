"""What the gate said of a version, read off its tags."""

import json

from kit.registry import GATE_PASSED, GATE_REFUSED, TAG_GATE, TAG_GATE_REASONS
from trainer.errors import NoSuchVersion, NotPromotable
from trainer.registry import Registry, Version


def newest_passed(registry: Registry) -> Version:
    """Return the newest version that the gate let through.

    Raises:
        NoSuchVersion: There is none.
    """
    for version in registry.versions():
        if version.tags.get(TAG_GATE) == GATE_PASSED:
            return version
    msg = "no version was let through by the gate: run `trainer train`"
    raise NoSuchVersion(msg)


def check_passed(version: Version) -> None:
    """Check that the gate let a version through.

    Raises:
        NotPromotable: It refused it, and the message says why; or it never judged it.
    """
    gate = version.tags.get(TAG_GATE)
    if gate == GATE_REFUSED:
        msg = f"the gate refused version {version.number}: {'; '.join(reasons(version))}"
        raise NotPromotable(msg)
    if gate != GATE_PASSED:
        msg = f"the gate never judged version {version.number}"
        raise NotPromotable(msg)


def reasons(version: Version) -> list[str]:
    """Return why the gate refused a version; nothing if it did not."""
    found: list[str] = json.loads(version.tags.get(TAG_GATE_REASONS, "[]"))
    return found
