import subprocess
from pathlib import Path

import pytest

from trainer.commit import find_commit


def git(tree: Path, *arguments: str) -> str:
    """Run git in a tree, as nobody in particular; return what it prints."""
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    command = ["git", "-C", str(tree), *who, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file that is committed."""
    file = tmp_path / "package" / "module.py"
    file.parent.mkdir()
    file.write_text("")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return file


def test_the_commit_of_a_clean_tree(source: Path) -> None:
    """As git names it; a file that git does not know is no change."""
    (source.parent / "notes.txt").write_text("not known to git")
    assert find_commit(source) == git(source.parent, "rev-parse", "HEAD")


def test_a_changed_tree_is_said_to_be(source: Path) -> None:
    """What ran is not what was committed."""
    source.write_text("changed")
    assert find_commit(source) == f"{git(source.parent, 'rev-parse', 'HEAD')}-dirty"


def test_a_file_that_git_does_not_know_has_no_commit(source: Path) -> None:
    """A package in a virtual environment inside somebody's tree is not that tree's code."""
    installed = source.parent / "installed.py"
    installed.write_text("")
    assert find_commit(installed) is None


def test_outside_of_a_tree_there_is_none(tmp_path: Path) -> None:
    """And no error either."""
    assert find_commit(tmp_path / "module.py") is None
