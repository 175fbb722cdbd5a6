"""The state folder's paths and its unfinished database."""

from laptop.state import StateFolder


def test_an_unfinished_database_is_removed(state: StateFolder) -> None:
    """A database whose making was interrupted goes, its journal too, before the next attempt."""
    state.path.mkdir()
    state.begin_database()
    state.database.write_text("half")
    journal = state.database.with_name("mlflow.db-journal")
    journal.write_text("half")
    state.begin_database()
    assert not state.database.exists()
    assert not journal.exists()


def test_every_attempt_can_be_interrupted(state: StateFolder) -> None:
    """A second interrupted attempt is noticed as the first was."""
    state.path.mkdir()
    for _ in range(2):
        state.begin_database()
        assert not state.database.exists()
        state.database.write_text("half")


def test_a_finished_database_stays(state: StateFolder) -> None:
    """Once MLflow has answered, the database is kept by all later starts."""
    state.path.mkdir()
    state.begin_database()
    state.database.write_text("whole")
    state.finish_database()
    state.begin_database()
    state.begin_database()
    assert state.database.read_text() == "whole"


def test_a_database_from_elsewhere_stays(state: StateFolder) -> None:
    """A database that was put into a folder without a note is not taken for unfinished."""
    state.path.mkdir()
    state.database.write_text("a copy")
    state.begin_database()
    assert state.database.read_text() == "a copy"
