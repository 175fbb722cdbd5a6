"""Facts about opening a database: where, how durable, how long, and its errors as ours."""

import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Engine, text

from fixtures.postgres import PostgresServer, create_database, postgres_server
from fixtures.processes import free_port
from store.engine import open_engine, translated
from store.errors import StoreUnavailable
from store.feedback import read_feedback, write_feedback
from store.migrating import upgrade
from store.records import NewFeedback

SECRET = "open-sesame"


def ask(engine: Engine, query: str) -> object:
    """Return what a query answers."""
    with translated(engine), engine.connect() as connection:
        found: object = connection.execute(text(query)).scalar()
        return found


def test_sqlite_is_durable_and_lets_others_read(tmp_path: Path) -> None:
    """A write-ahead log, synced at each commit, in a file and folder that are made."""
    path = tmp_path / "a" / "b" / "file.db"
    engine = open_engine(f"sqlite:///{path}", seconds=3)
    assert ask(engine, "PRAGMA journal_mode") == "wal"
    assert ask(engine, "PRAGMA synchronous") == 2
    assert ask(engine, "PRAGMA busy_timeout") == 3000
    engine.dispose()


def test_a_file_of_messages_is_its_owners(tmp_path: Path) -> None:
    """Nobody else may read it; one that is there keeps its mode."""
    path = tmp_path / "file.db"
    for mode in (0o600, 0o640):
        engine = open_engine(f"sqlite:///{path}")
        assert ask(engine, "SELECT 1") == 1
        engine.dispose()
        assert stat.S_IMODE(path.stat().st_mode) == mode
        path.chmod(0o640)


def test_any_path_can_be_said(tmp_path: Path) -> None:
    """What means something in other addresses is a character of a path here."""
    path = tmp_path / "what? 100%#20 @home" / "file.db?x=1"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    assert path.stat().st_size > 0


@pytest.mark.parametrize("set_to", ["off", "on", "remote_apply"])
def test_postgresql_is_durable(postgres_database: str, set_to: str) -> None:
    """A commit is on the disk when it returns, though the server be set otherwise; more stays."""
    name = postgres_database.rpartition("/")[2]
    with closing(psycopg2.connect(postgres_database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = {set_to}")
    engine = open_engine(postgres_database)
    assert ask(engine, "SHOW synchronous_commit") == ("on" if set_to == "off" else set_to)
    engine.dispose()


def test_each_statement_sees_what_was_committed(postgres_database: str) -> None:
    """Whatever the server is set to: what was there already could else not be found."""
    name = postgres_database.rpartition("/")[2]
    with closing(psycopg2.connect(postgres_database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER DATABASE {name} SET default_transaction_isolation = serializable"
            )
    engine = open_engine(postgres_database)
    assert ask(engine, "SHOW transaction_isolation") == "read committed"
    engine.dispose()


def test_a_statement_has_its_time(postgres_database: str) -> None:
    """One that takes longer is ended by the server."""
    engine = open_engine(postgres_database, seconds=0.2)
    with pytest.raises(StoreUnavailable, match="statement timeout"):
        ask(engine, "SELECT pg_sleep(60)")
    engine.dispose()


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """Connecting has its time: libpq's least are two seconds."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        engine = open_engine(f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/x", seconds=0.1)
        with pytest.raises(StoreUnavailable, match="timeout expired"):
            ask(engine, "SELECT 1")


def test_errors_show_no_password(tmp_path: Path) -> None:
    """They name the address, without user, password and parameters."""
    port = free_port()
    engine = open_engine(f"postgresql://anna:{SECRET}@127.0.0.1:{port}/base?options={SECRET}")
    with pytest.raises(StoreUnavailable) as caught:
        ask(engine, "SELECT 1")
    assert f"(postgresql://127.0.0.1:{port}/base): OperationalError: " in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("where", ["a file", "a folder", "no database"])
def test_a_path_that_cannot_be_used(tmp_path: Path, where: str) -> None:
    """An error of ours, with the path and the reason."""
    path = tmp_path / "x"
    if where == "a file":
        path.write_text("")
        path /= "y.db"
    elif where == "a folder":
        path.mkdir()
    else:
        path.write_text("this is a letter, and no database at all" * 100)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable, match=re.escape(str(path))):
        ask(engine, "SELECT 1")


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test's own."""
    with postgres_server() as server:
        yield server


def test_a_restarted_server_is_used_again(server: PostgresServer) -> None:
    """After a stop every call is an error of ours until it is back; then the next one works."""
    engine = open_engine(create_database(server.url))
    upgrade(engine)
    write_feedback(engine, [NewFeedback("anna", "spam", "before", None, None)])
    server.crash()
    with pytest.raises(StoreUnavailable):
        write_feedback(engine, [NewFeedback("anna", "spam", "meanwhile", None, None)])
    server.start()
    write_feedback(engine, [NewFeedback("anna", "spam", "after", None, None)])
    assert [row.text for row in read_feedback(engine)] == ["before", "after"]
    engine.dispose()


FILL = """
import resource, signal, sys
from store.engine import open_engine
from store.errors import StoreUnavailable
from store.feedback import write_feedback
from store.records import NewFeedback
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
engine = open_engine(sys.argv[1])
kept = 0
def write(text):
    write_feedback(engine, [NewFeedback("anna", "spam", text, None, None)])
write("first")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
for i in range(100):
    try:
        write(f"{i} " + "x" * 20_000)
        kept += 1
    except StoreUnavailable as error:
        print(kept, error)
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
write("there is room again")
"""


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """What was acknowledged is there, what was not is not, and with room again it goes on."""
    url = f"sqlite:///{tmp_path}/file.db"
    engine = open_engine(url)
    upgrade(engine)
    command = [sys.executable, "-c", FILL, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kept, _, error = done.stdout.partition(" ")
    assert "OperationalError: " in error
    rows = [row.text or "" for row in read_feedback(engine)]
    assert rows[0] == "first"
    assert rows[-1] == "there is room again"
    assert [row.split()[0] for row in rows[1:-1]] == [str(i) for i in range(int(kept))]
    assert 0 < int(kept) < 100
    assert ask(engine, "PRAGMA integrity_check") == "ok"
    engine.dispose()
