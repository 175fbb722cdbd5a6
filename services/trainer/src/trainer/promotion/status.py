"""What the registry holds at one moment: versions, aliases, and what serves."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kit.registry import (
    CHALLENGER,
    PRODUCTION,
    REGISTERED_MODEL,
    TAG_GATE,
    TAG_PREVIOUS,
    TAG_PROMOTED_AT,
    TAG_PROMOTED_BY,
    TAG_PROMOTED_REASON,
)
from trainer.promotion.passing import reasons
from trainer.promotion.serving import Serving
from trainer.registry import Registry, Version


@dataclass(frozen=True)
class Promoted:
    """How the alias last came to a version."""

    at: str
    """UTC, ISO 8601."""
    by: str
    reason: str
    previous: str | None
    """The version that served before."""


@dataclass(frozen=True)
class VersionStatus:
    """What is noted of a version."""

    version: str
    run_id: str
    created: str
    """UTC, ISO 8601."""
    gate: str
    reasons: list[str]
    """Why the gate refused it."""
    aliases: list[str]
    serves: bool
    """Whether the alias names it; a model server may be a moment behind."""
    promoted: Promoted | None


@dataclass(frozen=True)
class Status:
    """What the registry holds."""

    model: str
    production: str | None
    challenger: str | None
    versions: list[VersionStatus]
    """The newest first."""
    serving: Serving | None
    """What a model server says, if one was asked."""


def read_status(registry: Registry, serving: Serving | None = None) -> Status:
    """Return what the registry holds; `serving` is what a model server said."""
    aliases = registry.model().aliases
    rows = []
    for version in registry.versions():
        names = sorted(alias for alias, number in aliases.items() if number == version.number)
        rows.append(_row(version, names))
    production, challenger = aliases.get(PRODUCTION), aliases.get(CHALLENGER)
    return Status(REGISTERED_MODEL, production, challenger, rows, serving)


def _row(version: Version, aliases: list[str]) -> VersionStatus:
    created = datetime.fromtimestamp(version.created_ms / 1000, UTC)
    return VersionStatus(
        version=version.number,
        run_id=version.run_id,
        created=created.isoformat(timespec="seconds"),
        gate=version.tags.get(TAG_GATE, "not judged"),
        reasons=reasons(version),
        aliases=aliases,
        serves=PRODUCTION in aliases,
        promoted=_promoted(version),
    )


def _promoted(version: Version) -> Promoted | None:
    tags = version.tags
    if TAG_PROMOTED_AT not in tags:
        return None
    return Promoted(
        at=tags[TAG_PROMOTED_AT],
        by=tags.get(TAG_PROMOTED_BY, ""),
        reason=tags.get(TAG_PROMOTED_REASON, ""),
        previous=tags.get(TAG_PREVIOUS) or None,
    )
