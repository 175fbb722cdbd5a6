"""What the serving process and the loader's process tell each other, as JSON over a pipe."""

from typing import Literal

import msgspec

from inference.loading.policy import EnvironmentCheck
from inference.versions.ref import VersionRef
from kit.logs import LogLevel

Outcome = Literal["done", "unavailable", "untrusted"]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Which version to bring into the cache, and by what rules."""

    ref: VersionRef
    tracking_uri: str
    registry_timeout_seconds: int
    cache_dir: str
    verify_keys_file: str | None
    environment_check: EnvironmentCheck
    log_level: LogLevel
    load_seconds: float


class Report(msgspec.Struct, frozen=True):
    """How it went; what was made of a version is in its record in the cache."""

    outcome: Outcome
    reason: str = ""
