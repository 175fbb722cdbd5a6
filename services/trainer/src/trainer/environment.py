"""Where a version is trained: exact versions, the machine, its BLAS, every installed package."""

import platform
from collections.abc import Mapping
from importlib.metadata import distributions, version
from pathlib import Path

from threadpoolctl import threadpool_info

from kit.manifest import sha256
from trainer.errors import UnreadableLockFile

LIBRARIES = ("scikit-learn", "numpy", "scipy", "skops")
"""What makes, holds and stores the numbers of a model."""


def fingerprint(lock_file: Path | None = None, image_digest: str | None = None) -> dict[str, str]:
    """Return the environment of this process, by name of each part.

    `packages` is what runs: the SHA-256 of `installed_packages()`. `lock` is what was meant to: the
    SHA-256 of the lock file, there if a file is named. `image` is there if a digest is given.

    Raises:
        UnreadableLockFile: The lock file cannot be read.
    """
    known = {"lock": _digest(lock_file) if lock_file else None, "image": image_digest}
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
        # With the machine and the C library, whose exp and log a model is made with.
        "platform": platform.platform(),
        "blas": _blas(),
        "packages": sha256(installed_packages().encode()),
        **{name: value for name, value in known.items() if value},
    }


def installed_packages() -> str:
    """Return every installed distribution as a line `name==version`, sorted."""
    lines = {
        f"{found.name.lower().replace('_', '-')}=={found.version}" for found in distributions()
    }
    return "".join(f"{line}\n" for line in sorted(lines))


def differences(trained: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """Return, part by part, how `here` differs from where a version was trained."""
    names = [*trained, *(name for name in here if name not in trained)]
    return [
        f"{name} was {trained.get(name, 'not noted')} and is {here.get(name, 'not known')} here"
        for name in names
        if trained.get(name) != here.get(name)
    ]


def _blas() -> str:
    """Return the libraries of linear algebra that are loaded, with the kernels that they chose.

    Kernels of another processor add in another order: the last bits of a sum may differ.
    """
    found = {
        f"{library['internal_api']} {library['version']} {library.get('architecture', '')}".strip()
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }
    return ", ".join(sorted(found)) or "none"


def _digest(lock_file: Path) -> str:
    try:
        return sha256(lock_file.read_bytes())
    except OSError as error:
        msg = f"the lock file {lock_file} cannot be read: {error.strerror}"
        raise UnreadableLockFile(msg) from error
