"""Facts about the way of a database to this release's tables."""

import subprocess
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, column, inspect, table, text, update

from store.errors import SchemaUnfit, StoreUnavailable
from store.feedback import read_feedback, write_feedback
from store.migrating import upgrade
from store.records import NewFeedback
from store.schema import check_schema
from store.tables import REVISION, VERSION_TABLE, metadata

UPGRADE = (
    "import sys\n"
    "from store.engine import open_engine\n"
    "from store.migrating import upgrade\n"
    "engine = open_engine(sys.argv[1], seconds=30)\n"
    "sys.stdin.read()\n"
    "upgrade(engine)\n"
)


def set_revision(engine: Engine, revision: str) -> None:
    """Have the database say that it is of another revision."""
    with engine.begin() as connection:
        versions = table(VERSION_TABLE, column("version_num"))
        connection.execute(update(versions).values(version_num=revision))


def differences(engine: Engine) -> list[Any]:
    """Return in what a database differs from `store.tables`."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        found: list[Any] = compare_metadata(context, metadata)
        return found


def test_an_empty_database_is_told_what_it_needs(empty_engine: Engine) -> None:
    """Not fit, with the command that makes it so."""
    with pytest.raises(SchemaUnfit, match=r"no tables .* `python -m store upgrade`"):
        check_schema(empty_engine)


def test_upgraded_it_has_the_tables_of_this_release(empty_engine: Engine) -> None:
    """What the migrations make is what `store.tables` says, constraints included."""
    assert differences(empty_engine)
    upgrade(empty_engine)
    check_schema(empty_engine)
    assert differences(empty_engine) == []
    checks = inspect(empty_engine).get_check_constraints("hamgate_feedback")
    assert {check["name"] for check in checks} == {
        "ck_hamgate_feedback_label",
        "ck_hamgate_feedback_message",
    }


def test_once_more_changes_nothing(engine: Engine) -> None:
    """Upgrading what is upgraded keeps tables and rows."""
    write_feedback(engine, [NewFeedback("anna", "spam", "win", None, None)])
    upgrade(engine)
    assert differences(engine) == []
    assert len(list(read_feedback(engine))) == 1


def test_the_release_knows_its_newest_migration() -> None:
    """The constant that needs no Alembic is the last script's revision."""
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_eight_at_once_do_not_race(database_url: str, empty_engine: Engine) -> None:
    """Processes that start together all end well, and the tables are made once."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, database_url],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for process in processes:  # let them go when all are there
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, errors
    assert differences(empty_engine) == []
    check_schema(empty_engine)


def test_a_newer_database_is_refused(engine: Engine) -> None:
    """Neither used nor changed: the error says that it wants the newer release."""
    set_revision(engine, "9999")
    for use in (check_schema, upgrade):
        with pytest.raises(SchemaUnfit, match="9999, which a newer release made"):
            use(engine)


def test_an_older_database_is_to_be_upgraded(engine: Engine) -> None:
    """The error says how."""
    set_revision(engine, "0000")
    with pytest.raises(SchemaUnfit, match=r"revision 0000.*: run `python -m store upgrade`"):
        check_schema(engine)


def test_a_migration_that_fails_leaves_nothing(empty_engine: Engine) -> None:
    """The tables that it had made are gone again, on SQLite too, and the next one starts anew."""
    # The last of a migration is to note its revision, which a column more makes impossible.
    with empty_engine.begin() as connection:
        connection.execute(
            text(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32), x INTEGER NOT NULL)")
        )
    with pytest.raises(StoreUnavailable):
        upgrade(empty_engine)
    assert "hamgate_feedback" not in inspect(empty_engine).get_table_names()
    with empty_engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
    upgrade(empty_engine)
    check_schema(empty_engine)
