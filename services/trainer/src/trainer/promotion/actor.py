"""Who runs the trainer, as far as the system knows."""

import getpass
import os
import socket


def whoami() -> str:
    """Return `user@host`; the user's number where it has no name, as in a container."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"
