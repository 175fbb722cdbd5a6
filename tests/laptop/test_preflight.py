"""What is checked before anything is started."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from laptop.errors import AlreadyRunning, PortUnusable, StateUnusable
from laptop.preflight import check_ports, checked_state
from laptop.settings import Settings
from laptop.state import StateFolder


def test_a_new_folder_is_made_whole(settings: Settings) -> None:
    """A folder that does not exist is made with all that is kept in it."""
    with checked_state(settings) as state:
        assert all(f.is_dir() for f in (state.artifacts, state.model_cache, state.logs))


def test_a_folder_of_an_earlier_run_is_used_again(settings: Settings) -> None:
    """The second run finds what the first one left, a sound database included."""
    with checked_state(settings) as state:
        with closing(sqlite3.connect(state.database)) as connection:
            connection.execute("create table t (x)")
        state.finish_database()
    with checked_state(settings) as state:
        assert state.database.exists()


@pytest.mark.parametrize("place", [".", "logs", "artifacts", "model-cache"])
def test_a_file_in_place_of_a_folder_is_told(
    settings: Settings, state: StateFolder, place: str
) -> None:
    """A file where a folder must be gets one line with its path and what to do."""
    path = state.path / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a folder")
    with (
        pytest.raises(StateUnusable, match=r"is a file.*make clean") as raised,
        checked_state(settings),
    ):
        pass
    assert str(path) in str(raised.value)


def test_a_read_only_folder_is_told(settings: Settings) -> None:
    """A folder that nobody may write to, not even root, gets one line that says so."""
    read_only = settings.model_copy(update={"state_folder": Path("/proc/hamgate")})
    with pytest.raises(StateUnusable, match="cannot be written to"), checked_state(read_only):
        pass


def test_a_lock_that_is_a_folder_is_told(settings: Settings, state: StateFolder) -> None:
    """A lock file that cannot be opened is an unusable folder, not a traceback."""
    state.lock.mkdir(parents=True)
    with pytest.raises(StateUnusable, match="lock"), checked_state(settings):
        pass


def damage_header(database: Path) -> None:
    """Make the file something that is not SQLite's."""
    database.write_bytes(b"this is no database" * 100)


def damage_page(database: Path) -> None:
    """Leave the header and overwrite a page in the middle."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("create table t (x)")
        connection.executemany("insert into t values (?)", [("x" * 500,)] * 200)
        connection.commit()
    with database.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xff" * 4096)


@pytest.mark.parametrize("damage", [damage_header, damage_page])
def test_a_damaged_database_is_told(
    settings: Settings, state: StateFolder, damage: Callable[[Path], None]
) -> None:
    """A database that SQLite finds a fault in gets one line with its path, and is left alone."""
    state.path.mkdir()
    damage(state.database)
    before = state.database.read_bytes()
    expected = pytest.raises(StateUnusable, match=r"mlflow\.db cannot be used.*make clean")
    with expected, checked_state(settings):
        pass
    assert state.database.read_bytes() == before


def test_a_second_run_in_the_same_folder_is_told(settings: Settings) -> None:
    """While one run works in the folder, another process cannot begin, and is told which one."""
    script = (
        "import sys; from pathlib import Path; from laptop.preflight import checked_state\n"
        "from laptop.errors import AlreadyRunning; from laptop.settings import Settings\n"
        "try:\n"
        "    with checked_state(Settings(state_folder=Path(sys.argv[1]))): pass\n"
        "except AlreadyRunning as error: sys.exit(str(error))\n"
    )
    command = [sys.executable, "-c", script, str(settings.state_folder)]
    with checked_state(settings):
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"process {os.getpid()}" in second.stderr


def test_the_lock_is_free_after_the_run(settings: Settings) -> None:
    """When a run has ended, however, the next one can begin in the folder."""
    with pytest.raises(RuntimeError), checked_state(settings):
        raise RuntimeError
    with checked_state(settings):
        pass


def test_the_lock_is_held_against_the_same_process(settings: Settings) -> None:
    """The lock belongs to the run, not to the process."""
    with checked_state(settings), pytest.raises(AlreadyRunning), checked_state(settings):
        pass


@pytest.mark.parametrize("name", ["gateway", "inference", "mlflow"])
def test_a_taken_port_is_told(settings: Settings, name: str) -> None:
    """A port on which something listens gets one line with the service and the setting."""
    port, variable = {n: (p, v) for n, p, v in settings.ports()}[name]
    expected = pytest.raises(PortUnusable, match=rf"port {port} \({name}\) is taken.*{variable}")
    with socket.create_server(("127.0.0.1", port)), expected:
        check_ports(settings)
    check_ports(settings)


def test_two_services_on_one_port_are_told(settings: Settings) -> None:
    """The same port for two services is refused before either is started."""
    same = settings.model_copy(update={"mlflow_port": settings.gateway_port})
    with pytest.raises(PortUnusable, match="gateway and mlflow have the same port"):
        check_ports(same)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "::ffff:192.0.2.1"])
def test_an_address_of_another_machine_is_told(settings: Settings, host: str) -> None:
    """A host that cannot be listened on gets one line that names its setting."""
    with pytest.raises(PortUnusable, match=f"LAPTOP_HOST {host}"):
        check_ports(settings.model_copy(update={"host": host}))
