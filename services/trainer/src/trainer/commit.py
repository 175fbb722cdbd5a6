"""Which code trains: the commit of the source tree that this package is run from."""

import shutil
import subprocess
from pathlib import Path

_HERE = Path(__file__).resolve()


def find_commit(source: Path = _HERE) -> str | None:
    """Return the commit of the tree that `source`, a file of it, belongs to.

    With `-dirty` behind it if a file that git knows is changed. None if the file is in no tree of
    git: of a package that is installed, say, whose virtual environment may well be inside one.
    """
    git = shutil.which("git")
    if not git or _ask(git, source, "ls-files", "--error-unmatch", source.name) is None:
        return None
    commit = _ask(git, source, "rev-parse", "HEAD")
    changes = _ask(git, source, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-dirty" if commit and changes else commit


def _ask(git: str, source: Path, *arguments: str) -> str | None:
    """Return what git answers; None if it fails."""
    command = [git, "-C", str(source.parent), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git
    return done.stdout.strip() if done.returncode == 0 else None
