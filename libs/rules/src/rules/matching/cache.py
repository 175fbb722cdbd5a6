"""Compiled automata on disk: compiling takes seconds, loading milliseconds."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rules.matching.automaton import (
    KIND,
    Automaton,
    AutomatonError,
    compile_expressions,
    load,
)

MAX_BYTES = 256 * 1024 * 1024
"""Most bytes that a folder may hold; what was used least lately goes first."""

_SUFFIX = ".automaton"
_DIGEST_BYTES = hashlib.sha256().digest_size


class Cache:
    """A folder of compiled automata, each under the digest of what it was compiled from.

    A file that cannot be used (cut short, of another processor) is compiled anew and written over;
    a folder that cannot be written to costs time, and nothing else.
    """

    def __init__(self, folder: Path | None) -> None:
        """Use the folder, which need not exist yet; None keeps nothing."""
        self._folder = folder

    def automaton(self, expressions: Sequence[bytes]) -> Automaton:
        """Return the automaton of the expressions, from the folder if it is there.

        Raises:
            AutomatonError: One of the expressions cannot be compiled.
        """
        if self._folder is None:
            return compile_expressions(expressions)
        path = self._folder / f"{_digest(expressions)}{_SUFFIX}"
        with suppress(OSError, AutomatonError):
            automaton = load(_verified(_read(path)))
            with suppress(OSError):  # in a folder that is for reading only
                path.touch()
            return automaton
        automaton = compile_expressions(expressions)
        with suppress(OSError):
            _write(path, automaton.dump())
            _prune(self._folder)
        return automaton


def _digest(expressions: Sequence[bytes]) -> str:
    digest = hashlib.sha256(KIND.encode())
    for expression in expressions:
        digest.update(b"\n%d\n%b" % (len(expression), expression))
    return digest.hexdigest()


def _read(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        # A pipe, say, would be waited for.
        msg = "this is no file of ours"
        raise AutomatonError(msg)
    return path.read_bytes()


def _verified(content: bytes) -> bytes:
    """Return what was dumped, if it is whole: Hyperscan's own checksum has 32 bits only."""
    digest, dump = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(dump).digest() != digest:
        msg = "the file is not whole"
        raise AutomatonError(msg)
    return dump


def _write(path: Path, dump: bytes) -> None:
    """Write beside and rename, so that no reader sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # With our suffix, so that what a killed process leaves behind is pruned too.
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(dump).digest() + dump)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _prune(folder: Path) -> None:
    files = [(file.stat(), file) for file in folder.glob(f"*{_SUFFIX}") if file.is_file()]
    kept = 0
    for status, file in sorted(files, key=lambda found: -found[0].st_mtime_ns):
        kept += status.st_size
        if kept > MAX_BYTES:
            file.unlink()
