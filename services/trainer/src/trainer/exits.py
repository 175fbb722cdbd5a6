"""How a command ends: the exit codes, and errors as one clear line."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from trainer.dataset.errors import DatasetError
from trainer.errors import NotPromotable, TrainerError


class Exit(IntEnum):
    """Exit codes; 2 is wrong usage, from the command line's library."""

    DONE = 0
    ERROR = 1
    REFUSED = 3
    DIFFERS = 4


@contextmanager
def exiting(*, as_json: bool) -> Iterator[None]:
    """Turn an expected error into its exit code and a line on stderr (and JSON on stdout)."""
    try:
        yield
    except (TrainerError, DatasetError) as error:
        if as_json:
            sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        sys.stderr.write(f"error: {error}\n")
        refused = isinstance(error, NotPromotable)
        raise typer.Exit(Exit.REFUSED if refused else Exit.ERROR) from error
