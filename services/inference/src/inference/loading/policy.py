"""What a version is verified against here: keys, environment and release, as one digest."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from inference.errors import UnusableKeys
from kit.manifest import sha256
from kit.text import NORMALISATION_VERSION

EnvironmentCheck = Literal["enforce", "warn", "off"]

_PACKAGES = ("scikit-learn", "numpy", "scipy", "skops", "hamgate-inference")


def environment() -> dict[str, str]:
    """Return the versions here, by the names that a manifest has; nothing is imported for it."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def differences(trained: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """Return how `here` differs from where a version was trained, in what its scores hang on.

    That is scikit-learn's exact version and Python's minor one (3.11): its Unicode tables.
    """
    # numpy, scipy, BLAS and the processor move a score by some last bits at most, which the golden
    # messages bound (1e-9); what they cannot show is a message that is cut into other terms.
    pairs = {
        "scikit-learn": (trained.get("scikit-learn"), here.get("scikit-learn")),
        "Python": (_minor(trained.get("python")), _minor(here.get("python"))),
    }
    return [
        f"{name} was {there or 'not noted'} and is {ours} here"
        for name, (there, ours) in pairs.items()
        if there != ours
    ]


def fingerprint(check: EnvironmentCheck, keys_file: Path | None) -> str:
    """Return a digest that differs when a version would have to be verified again.

    Raises:
        UnusableKeys: The file of public keys cannot be read.
    """
    keys = sha256(read_keys(keys_file)) if keys_file else None
    return sha256(json.dumps([check, keys, NORMALISATION_VERSION, environment()]).encode())


def read_keys(keys_file: Path) -> bytes:
    """Return what the file of public keys holds.

    Raises:
        UnusableKeys: It cannot be read.
    """
    try:
        return keys_file.read_bytes()
    except OSError as error:
        msg = f"the public keys in {keys_file} cannot be read: {error.strerror}"
        raise UnusableKeys(msg) from error


def _minor(python: str | None) -> str | None:
    return ".".join(python.split(".")[:2]) if python else None
