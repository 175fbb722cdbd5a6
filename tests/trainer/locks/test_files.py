from pathlib import Path

import pytest

from trainer.errors import DatabaseUnavailable
from trainer.locks.files import FileLocks


def test_no_file_is_left_behind(tmp_path: Path) -> None:
    """Each training has a lock of its own name; a year of them leaves the folder as it was."""
    locks = FileLocks(tmp_path / "hamgate.db", 1, "here")
    with locks.hold("run-1"):
        assert [path.name for path in tmp_path.iterdir()] == ["hamgate.db.run-1.lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said_to_be(tmp_path: Path) -> None:
    """The message has the path."""
    (tmp_path / "file").touch()
    locks = FileLocks(tmp_path / "file" / "hamgate.db", 1, "here")
    with (
        pytest.raises(DatabaseUnavailable, match=r"file/hamgate\.db\.promotion\.lock cannot be"),
        locks.hold("promotion"),
    ):
        pytest.fail("it holds")
