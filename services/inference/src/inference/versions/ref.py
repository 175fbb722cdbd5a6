"""A version of the registered model, as it is named between registry, loader and cache."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VersionRef:
    """A version, and what the registry has on it by which it can be trusted."""

    version: str
    manifest_sha256: str
