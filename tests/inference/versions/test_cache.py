import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from fixtures.models import ref
from inference.errors import CacheUnusable
from inference.versions.cache import Cache, write_whole
from inference.versions.record import Record, decode, encode
from inference.versions.ref import VersionRef
from kit.manifest import Golden
from kit.registry import CHALLENGER, PRODUCTION

ONE, TWO = VersionRef("1", "a" * 64), VersionRef("2", "b" * 64)


def record(version: VersionRef, policy: str = "p") -> Record:
    """The record of a version."""
    golden = [Golden("hi", 0.25)]
    return Record(ref=version, kind="compiled", threshold=0.4, golden=golden, policy=policy)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A cache in a folder that is not there yet."""
    return Cache(tmp_path / "cache")


def test_a_record_counts_for_its_version_and_policy(cache: Cache) -> None:
    """Another digest or policy, or none at all, is no record."""
    assert cache.record_of(TWO, "p") is None
    cache.keep(record(TWO))
    assert cache.record_of(TWO, "p") == record(TWO)
    assert cache.record_of(TWO, "q") is None
    assert cache.record_of(VersionRef("2", "d" * 64), "p") is None


def test_what_had_an_alias_last_is_found_again(cache: Cache) -> None:
    """For each alias its own, until the alias goes."""
    assert cache.record_for(PRODUCTION, "p") is None
    for version in (ONE, TWO):
        cache.keep(record(version))
    cache.mark(PRODUCTION, ONE)
    assert cache.record_of(TWO, "p") is None, "what no alias has is swept away"
    cache.keep(record(TWO))
    cache.mark(CHALLENGER, TWO)
    assert cache.record_for(PRODUCTION, "p") == record(ONE)
    assert cache.record_for(CHALLENGER, "p") == record(TWO)
    assert cache.record_for(PRODUCTION, "q") is None
    cache.mark(CHALLENGER, None)
    assert cache.record_for(CHALLENGER, "p") is None
    assert cache.record_of(TWO, "p") is None


def test_what_was_cut_off_is_swept_away(cache: Cache) -> None:
    """A download and a file that a killed process had begun; not what has another kind of name."""
    cache.keep(record(ONE))
    (cache.folder / "partial-abcd_012").mkdir()
    (cache.folder / "partial-efgh_345").write_bytes(b"half")
    (cache.folder / "partial-photos").mkdir()
    (cache.folder / "Odd.alias").mkdir()
    cache.mark(PRODUCTION, ONE)
    left = {path.name for path in cache.folder.iterdir()}
    assert left == {"1-aaaaaaaaaaaaaaaa", "Production.alias", "Odd.alias", "partial-photos"}


@pytest.mark.parametrize("note", ["", "../cache/1-aaaaaaaaaaaaaaaa", "elsewhere", "\xff"])
def test_a_note_that_names_no_version_is_none(cache: Cache, note: str) -> None:
    """A path out of the cache least of all."""
    cache.keep(record(ONE))
    (cache.folder / "Production.alias").write_text(note, "latin-1")
    assert cache.record_for(PRODUCTION, "p") is None
    cache.mark(CHALLENGER, ONE)
    assert cache.record_of(ONE, "p") == record(ONE)


def whole(cache: Cache, version: VersionRef) -> None:
    """Put all of a version into the cache."""
    cache.keep(record(version))
    cache.artifacts_of(version).mkdir()
    cache.tables_of(version).write_bytes(b"tables")
    cache.mark(PRODUCTION, version)


@pytest.mark.parametrize("name", ["record.json", "tables.bin", "artifacts", "."])
def test_what_stands_in_the_place_of_another_is_removed(cache: Cache, name: str) -> None:
    """A folder for a file, or a file for a folder: else the version could never be kept again."""
    for find in (partial(cache.record_of, ONE, "p"), partial(cache.record_for, PRODUCTION, "p")):
        whole(cache, ONE)
        assert find() == record(ONE)
        path = cache.folder_of(ONE) / name
        if path.is_file():
            path.unlink()
            (path / "in the way").mkdir(parents=True)
        else:
            shutil.rmtree(path)
            path.write_bytes(b"in the way")
        assert find() is None
        assert not cache.folder_of(ONE).exists()


def test_a_file_in_the_place_of_a_version_is_dropped_like_one(cache: Cache) -> None:
    """And dropping what is not there is nothing."""
    cache.folder.mkdir()
    cache.folder_of(ONE).write_bytes(b"in the way")
    cache.drop(ONE)
    cache.drop(ONE)
    assert not cache.folder_of(ONE).exists()


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\xff", encode(record(ONE)).replace(b'"format":1', b'"format":2')]
)
def test_a_record_of_another_kind_is_none(data: bytes) -> None:
    """Of another release, or cut off."""
    assert decode(data) is None


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """No file may grow beyond a kilobyte here: the old content stays, and nothing lies around."""
    path = tmp_path / "file"
    write_whole(path, b"old")
    script = (
        "import resource, signal, sys; from pathlib import Path; "
        "from inference.versions.cache import write_whole; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)); "
        "write_whole(Path(sys.argv[1]), b'x' * 4096)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        check=False,
        capture_output=True,
        env=dict(os.environ),
    )
    assert b"File too large" in done.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_cache_that_cannot_be_written_is_said_to_be(tmp_path: Path) -> None:
    """By its path, whether it is only asked or a note is to be written."""
    (tmp_path / "cache").write_text("in the way")
    cache = Cache(tmp_path / "cache")
    with pytest.raises(CacheUnusable, match=f"{tmp_path}/cache cannot be written: File exists"):
        cache.mark(PRODUCTION, ref("1"))
    with pytest.raises(CacheUnusable, match=f"{tmp_path}/cache cannot be written: File exists"):
        cache.check_writable()


def test_a_cache_that_can_be_written_is_left_as_it_is(cache: Cache) -> None:
    """The folder is made; what was written to find out is gone."""
    cache.check_writable()
    assert list(cache.folder.iterdir()) == []
