"""What must hold before anything is started: a usable state folder of our own, and free ports."""

import errno
import fcntl
import os
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TextIO

from laptop.errors import AlreadyRunning, PortUnusable, StateUnusable
from laptop.settings import Settings
from laptop.state import StateFolder


@contextmanager
def checked_state(settings: Settings) -> Iterator[StateFolder]:
    """Give the state folder, checked and locked, once the ports are known to be free.

    Raises:
        StateUnusable: The folder is a file or cannot be written to, or the database is damaged.
        AlreadyRunning: Another process works in the folder.
        PortUnusable: A port is taken, or the address is not of this machine.
    """
    state = StateFolder(settings.state_folder.expanduser().absolute())
    make_folders(state)
    with _open_lock(state) as file:
        take_lock(file, state)
        check_database(state)
        check_ports(settings)
        yield state


def make_folders(state: StateFolder) -> None:
    """Make what is missing of the state folder and check that it can be written to."""
    for folder in (state.path, state.artifacts, state.model_cache, state.logs):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except (FileExistsError, NotADirectoryError) as error:
            msg = (
                f"the state folder {folder} is a file, or a file is in its path: "
                "remove it (make clean) or set LAPTOP_STATE_FOLDER to another folder"
            )
            raise StateUnusable(msg) from error
        except OSError as error:
            raise _not_writable(folder, error) from error


def _not_writable(path: object, error: OSError) -> StateUnusable:
    return StateUnusable(
        f"the state folder cannot be written to ({path}: {error.strerror}): make it writable, "
        "remove it (make clean) or set LAPTOP_STATE_FOLDER to another folder"
    )


def _open_lock(state: StateFolder) -> TextIO:
    try:
        return state.lock.open("a+")
    except OSError as error:
        raise _not_writable(state.lock, error) from error


def take_lock(file: TextIO, state: StateFolder) -> None:
    """Lock the open lock file; the system drops the lock when we end, however we end."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = state.lock.read_text().strip() or "unknown"
        msg = (
            f"another make run (process {owner}) works in {state.path}: "
            "end that one, or set LAPTOP_STATE_FOLDER and the ports to others"
        )
        raise AlreadyRunning(msg) from error
    except OSError as error:
        raise _not_writable(state.lock, error) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()


def check_database(state: StateFolder) -> None:
    """Check that MLflow's database, if there is one, is SQLite's, whole and writable."""
    state.begin_database()
    if not state.database.exists():
        return
    fault = "it is read-only" if not os.access(state.database, os.W_OK) else _fault_of(state)
    if fault:
        msg = (
            f"MLflow's database {state.database} cannot be used ({fault}): mend it, or remove the "
            "state folder and every model in it (make clean); the next make run trains anew"
        )
        raise StateUnusable(msg)


def _fault_of(state: StateFolder) -> str | None:
    """Return the first fault that SQLite finds in the database, None when it is whole."""
    try:
        with closing(sqlite3.connect(state.database)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if found == "ok" else " ".join(str(found).split())


def check_ports(settings: Settings) -> None:
    """Check that every port is free and that no two services have the same one."""
    seen: dict[int, str] = {}
    for name, port, variable in settings.ports():
        if port in seen:
            msg = f"{seen[port]} and {name} have the same port {port}: set {variable} to another"
            raise PortUnusable(msg)
        seen[port] = name
        _check_port(settings.host, port, name, variable)


def _check_port(host: str, port: int, name: str, variable: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            # As a server does: a connection of the last run that is still closing is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            msg = f"port {port} ({name}) is taken: stop what listens there or set {variable}"
        elif error.errno == errno.EACCES:
            msg = f"port {port} ({name}) needs more rights than you have: set {variable}"
        else:
            msg = f"LAPTOP_HOST {host} is no address to listen on here ({error.strerror})"
        raise PortUnusable(msg) from error
