"""`tools/venv.sh`: whatever is wrong with Python is one line, and a good one makes `.venv`."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools/venv.sh"
MAKES_A_FOLDER = f"""
[ "$1" = -m ] && mkdir -p "$3/bin" && ln -s {sys.executable} "$3/bin/python" && exit
exec {sys.executable} "$@"
"""
FAILS = "exit 1"
TOO_OLD = """
[ "$1" = -c ] && exit 1
echo made by the wrong one
"""
WITHOUT_VENV = f"""
case "$2" in *ensurepip*) exit 1;; esac
exec {sys.executable} "$@"
"""
FULL_DISK = f"""
[ "$1" = -m ] && mkdir "$3" && echo "many" && echo "words: no space left" && exit 1
exec {sys.executable} "$@"
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """Return the folder of the commands that can be found, the system's apart."""
    folder = tmp_path / "commands"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, body: str) -> Path:
    """Put a shell script into a folder and return its path."""
    command = folder / name
    command.write_text(f"#!/bin/sh\n{body}\n")
    command.chmod(0o755)
    return command


@pytest.fixture
def run(tmp_path: Path, commands: Path) -> Run:
    """Return a function that runs the script in an empty folder with only those commands."""
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        put(commands, name, FAILS)
    work = tmp_path / "work"
    work.mkdir()

    def run_script(python: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", SCRIPT, ".venv"],
            cwd=work,
            env={"PATH": f"{commands}:/usr/bin:/bin", "PYTHON": python},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_script


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a run that failed."""
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize("name", ["python3.13", "python3.12", "python3.11", "python3"])
def test_the_first_that_really_runs_is_taken(
    run: Run, commands: Path, tmp_path: Path, name: str
) -> None:
    """A name that exists but fails, as pyenv's do, is passed over."""
    put(commands, name, MAKES_A_FOLDER)
    assert run().returncode == 0
    assert (tmp_path / "work/.venv/bin/python").exists()


def test_the_named_python_is_taken(run: Run, commands: Path, tmp_path: Path) -> None:
    """PYTHON wins over what is found."""
    put(commands, "python3.13", FULL_DISK)
    assert run(str(put(commands, "mine", MAKES_A_FOLDER))).returncode == 0
    assert (tmp_path / "work/.venv/bin/python").exists()


def test_none_that_is_new_enough_is_told(run: Run, commands: Path) -> None:
    """Without a Python that will do, the line says which is needed and how to name one."""
    put(commands, "python3", TOO_OLD)
    assert "no Python 3.11 or newer" in one_line(run())


@pytest.mark.parametrize("body", [FAILS, TOO_OLD, None])
def test_a_named_python_that_will_not_do_is_told(
    run: Run, commands: Path, body: str | None
) -> None:
    """A PYTHON that is missing, broken or too old is named, and no other is taken."""
    put(commands, "python3", MAKES_A_FOLDER)
    mine = str(commands / "mine" if body is None else put(commands, "mine", body))
    assert f"PYTHON={mine}" in one_line(run(mine))


def test_a_python_without_venv_is_told(run: Run, commands: Path) -> None:
    """Debian's Python without its venv package gets the package's name."""
    put(commands, "python3", WITHOUT_VENV)
    assert "python3-venv" in one_line(run())


def test_a_failure_leaves_nothing(run: Run, commands: Path, tmp_path: Path) -> None:
    """When making the environment fails, the last line says why and what was made is removed."""
    put(commands, "python3", FULL_DISK)
    assert "words: no space left" in one_line(run())
    assert not (tmp_path / "work/.venv").exists()


def test_a_sound_environment_is_kept(run: Run, commands: Path, tmp_path: Path) -> None:
    """A second run finds the environment and does nothing, whatever Python there is now."""
    put(commands, "python3", MAKES_A_FOLDER)
    run()
    (tmp_path / "work/.venv/kept").touch()
    put(commands, "python3", FAILS)
    again = run()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (tmp_path / "work/.venv/kept").exists()


def test_a_broken_environment_is_told(run: Run, commands: Path, tmp_path: Path) -> None:
    """An environment whose Python is gone is told, and not removed behind anyone's back."""
    put(commands, "python3", MAKES_A_FOLDER)
    run()
    (tmp_path / "work/.venv/bin/python").unlink()
    assert "make distclean" in one_line(run())
    assert (tmp_path / "work/.venv").exists()


def test_a_moved_environment_is_told(run: Run, commands: Path, tmp_path: Path) -> None:
    """An environment that came from another folder imports from there, so it is refused."""
    put(commands, "python3", MAKES_A_FOLDER)
    run()
    (tmp_path / "work/.venv/.folder").write_text("/elsewhere\n")
    assert "was made in /elsewhere" in one_line(run())
