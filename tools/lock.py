"""Write or check the lock files: `tools/lock.py [--check | --upgrade]`, run by `make`.

`dev.txt` has everything and is resolved first; the services' locks are held to its versions, so
that what is tested together is what runs together. Only `oip-clients.txt` goes its own way: it is
installed into an environment of its own, for KServe's client wants older versions.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path("requirements")
MEMBERS = ("kit", "rules", "store", "gateway", "inference", "trainer", "laptop")
COMMON = (
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
    *("--custom-compile-command", "make lock", "--quiet"),
)


def without(*members: str) -> tuple[str, ...]:
    """Return the options that leave our own packages out of a lock."""
    return tuple(word for name in members for word in ("--no-emit-package", f"hamgate-{name}"))


def service(name: str) -> tuple[str, ...]:
    """Return the arguments that lock a service to the versions of `dev.txt`."""
    constraint = str(REQUIREMENTS / "dev.txt")
    return (
        f"services/{name}/pyproject.toml",
        "--constraint",
        constraint,
        *without("kit", "rules", "store"),
    )


LOCKS = {
    "dev": ("pyproject.toml", "--group", "dev", *without(*MEMBERS)),
    "gateway": service("gateway"),
    "inference": service("inference"),
    "trainer": service("trainer"),
    "uv": (str(REQUIREMENTS / "uv.in"),),
    "corpus": (str(REQUIREMENTS / "corpus.in"), "--no-deps"),
    "oip-clients": (str(REQUIREMENTS / "oip-clients.in"),),
}
"""Name of the lock → arguments of `uv pip compile`; in this order, `dev` before its users."""

PEERS = Path("bench/peers")
OUTPUTS = {REQUIREMENTS / f"{name}.txt": arguments for name, arguments in LOCKS.items()} | {
    PEERS / f"{name}.txt": (str(PEERS / f"{name}.in"),)
    for name in ("mlflow", "mlserver", "bentoml")
}
"""Every lock with its arguments; what hamgate is measured beside has environments of its own."""


def compile_locks(folder: Path, *options: str) -> None:
    """Resolve every lock in `folder`; versions that are in a lock already are kept if they can be.

    Raises:
        SystemExit: uv failed, and has said why.
    """
    uv = str(ROOT / ".venv/bin/uv")
    python = str(ROOT / ".venv/bin/python")
    for output, arguments in OUTPUTS.items():
        command = (uv, "pip", "compile", "--python", python, *COMMON, *options, *arguments)
        command = (*command, "-o", str(output))
        done = subprocess.run(command, cwd=folder, check=False)  # noqa: S603 - uv, on our files
        if done.returncode != 0:
            sys.exit(f"{output} cannot be resolved: see above")


def copy_inputs(folder: Path) -> None:
    """Copy to `folder` all that uv reads, at the same relative paths."""
    for inputs in (REQUIREMENTS, PEERS):
        shutil.copytree(ROOT / inputs, folder / inputs)
    for source in (ROOT / "pyproject.toml", *ROOT.glob("*/*/pyproject.toml")):
        target = folder / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def stale_locks() -> list[Path]:
    """Return the locks that `compile_locks` would write otherwise than they are."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_inputs(folder)
        compile_locks(folder)
        return [lock for lock in OUTPUTS if not same(folder / lock, ROOT / lock)]


def same(fresh: Path, committed: Path) -> bool:
    """Return whether a committed lock exists and is what was resolved just now."""
    return committed.exists() and fresh.read_bytes() == committed.read_bytes()


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description="Write or check requirements/*.txt and bench/peers/*.txt."
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="write nothing, fail when one is stale")
    mode.add_argument("--upgrade", action="store_true", help="take the newest versions")
    arguments = parser.parse_args()
    if not arguments.check:
        compile_locks(ROOT, *(["--upgrade"] if arguments.upgrade else []))
    elif stale := stale_locks():
        sys.exit("\n".join(f"{lock} is stale: run make lock" for lock in stale))


if __name__ == "__main__":
    main()
