"""Facts about `python -m store`."""

import os
import subprocess
import sys
from pathlib import Path

from store.tables import REVISION


def run(folder: Path, *arguments: str, url: str = "") -> subprocess.CompletedProcess[str]:
    """Run it until it ends."""
    return subprocess.run(
        [sys.executable, "-m", "store", *arguments],
        env={**os.environ, "STORE_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def test_status_upgrade_status(database_url: str, tmp_path: Path) -> None:
    """Not fit, then made fit, then fit: exit codes 1, 0 and 0, a line each."""
    before = run(tmp_path, "status", url=database_url)
    assert (before.returncode, before.stdout) == (1, "")
    assert before.stderr == (
        "hamgate: the database has no tables of hamgate's yet: run `python -m store upgrade`\n"
    )
    for command in ("upgrade", "status", "upgrade"):
        done = run(tmp_path, command, url=database_url)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith(f" has the tables of this release (revision {REVISION})\n")
        assert "postgres@" not in done.stdout


def test_a_database_that_is_away(tmp_path: Path) -> None:
    """Exit code 1 and one line, without the password."""
    done = run(tmp_path, "upgrade", url="postgresql://anna:secret@127.0.0.1:1/x")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        "hamgate: the database does not do its work (postgresql://127.0.0.1:1/x)"
    )
    assert "secret" not in line


def test_a_bad_address(tmp_path: Path) -> None:
    """Exit code 2 and one line with the variable, and nothing of its value."""
    for url in ("mysql://anna:secret@host/x", ""):
        done = run(tmp_path, "status", url=url)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith("STORE_DATABASE_URL: ")
        assert "secret" not in line
