"""The cache on disk: a folder a version, with its files, its tables and its record.

What is in it is trusted like the program itself: digests guard against accidents (a disk that was
full, a process that was killed), not against who can write there.
"""

import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from inference.errors import CacheUnusable
from inference.versions import record as records
from inference.versions.record import Record
from inference.versions.ref import VersionRef

ARTIFACTS: Final = "artifacts"
PARTIAL: Final = "partial-"
_TABLES_FILE = "tables.bin"
_RECORD_FILE = "record.json"
_ALIAS_SUFFIX = ".alias"
_OURS = re.compile(rf"\d+-[0-9a-f]{{16}}|{PARTIAL}[a-z0-9_]{{8}}")


class Cache:
    """The versions below one folder. For each alias a small file says which of them it has."""

    def __init__(self, folder: Path) -> None:
        """Keep versions below `folder`, which is made when it is needed."""
        self.folder = folder

    def folder_of(self, ref: VersionRef) -> Path:
        """Return the folder of a version."""
        # With the digest: another registry, or one made anew, has others of the same number.
        return self.folder / f"{ref.version}-{ref.manifest_sha256[:16]}"

    def record_of(self, ref: VersionRef, policy: str) -> Record | None:
        """Return the record of a version that was verified under `policy`, if there is one."""
        record = self._read_record(self.folder_of(ref))
        return record if record and (record.ref, record.policy) == (ref, policy) else None

    def record_for(self, alias: str, policy: str) -> Record | None:
        """Return the record of the version that had `alias` last, if it can still be trusted."""
        name = _noted(self._alias_file(alias))
        record = self._read_record(self.folder / name) if _OURS.fullmatch(name) else None
        return record if record and record.policy == policy else None

    def tables_of(self, ref: VersionRef) -> Path:
        """Return the path of the tables of a version, which is there if it is compiled."""
        return self.folder_of(ref) / _TABLES_FILE

    def artifacts_of(self, ref: VersionRef) -> Path:
        """Return the folder with the files of a version, as they came from the registry."""
        return self.folder_of(ref) / ARTIFACTS

    def keep(self, record: Record) -> None:
        """Write the record of a version; from then on the version is one that can serve."""
        write_whole(self.folder_of(record.ref) / _RECORD_FILE, records.encode(record))

    def drop(self, ref: VersionRef) -> None:
        """Remove a version, as far as it can be removed."""
        with suppress(OSError):
            _remove(self.folder_of(ref))

    def mark(self, alias: str, ref: VersionRef | None) -> None:
        """Note which version has `alias`, and remove those that no alias has.

        Raises:
            CacheUnusable: The note cannot be written.
        """
        try:
            if ref is None:
                self._alias_file(alias).unlink(missing_ok=True)
            else:
                write_whole(self._alias_file(alias), self.folder_of(ref).name.encode())
            self._sweep()
        except OSError as error:
            raise self._unwritable(error) from error

    def check_writable(self) -> None:
        """Write a file, and remove it.

        Raises:
            CacheUnusable: It cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder, prefix=PARTIAL):
                pass
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> CacheUnusable:
        return CacheUnusable(
            f"the cache {self.folder} cannot be written: {error.strerror}; INFERENCE_CACHE_DIR "
            "must be a folder with room, to which this process may write"
        )

    def _sweep(self) -> None:
        """Remove what no alias has, and nothing else that lies beside it."""
        if not self.folder.is_dir():
            return
        kept = {_noted(path) for path in self.folder.glob(f"*{_ALIAS_SUFFIX}")}
        for path in self.folder.iterdir():
            if not _OURS.fullmatch(path.name) or path.name in kept:
                continue
            _remove(path)

    def _alias_file(self, alias: str) -> Path:
        return self.folder / f"{alias}{_ALIAS_SUFFIX}"

    def _read_record(self, folder: Path) -> Record | None:
        """Return the record in a version's folder; what is no such folder is removed.

        Else what stands in the place of a file would be there for good: nothing can be written
        over it.
        """
        try:
            if _is_misshapen(folder):
                _remove(folder)
                return None
            return records.decode((folder / _RECORD_FILE).read_bytes())
        except OSError:
            return None


def _is_misshapen(folder: Path) -> bool:
    """Return whether there is a file in place of a version's folders, or the other way round."""
    folders = [folder, folder / ARTIFACTS]
    files = [folder / _RECORD_FILE, folder / _TABLES_FILE]
    return any(path.is_file() for path in folders) or any(path.is_dir() for path in files)


def _remove(path: Path) -> None:
    """Remove a folder, with all that is in it, or a file.

    Raises:
        OSError: It is a file, and cannot be removed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _noted(alias_file: Path) -> str:
    """Return what a note says; nothing if there is none."""
    try:
        return alias_file.read_text(encoding="latin-1")
    except OSError:
        return ""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whenever the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=PARTIAL, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
