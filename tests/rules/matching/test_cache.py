"""Facts about the cache of automata: what is kept, and that a bad file costs only time."""

import errno
from pathlib import Path

import pytest

from rules.matching import cache as module
from rules.matching.automaton import Automaton, compile_expressions
from rules.matching.cache import Cache

EXPRESSIONS = [b"free", b"pri[zs]e"]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[list[bytes]]:
    """What was compiled and not loaded."""
    calls: list[list[bytes]] = []

    def compile_and_note(expressions: list[bytes]) -> Automaton:
        calls.append(expressions)
        return compile_expressions(expressions)

    monkeypatch.setattr(module, "compile_expressions", compile_and_note)
    return calls


def works(automaton: Automaton) -> bool:
    """Return whether the automaton finds what it should."""
    return sorted(automaton.scan(b"a free prise")) == [0, 1] and not automaton.scan(b"ham")


def test_what_was_compiled_is_loaded(tmp_path: Path, compiled: list[list[bytes]]) -> None:
    """The second automaton of the same expressions comes from the folder, which is made."""
    cache = Cache(tmp_path / "made" / "here")
    assert works(cache.automaton(EXPRESSIONS))
    assert works(cache.automaton(EXPRESSIONS))
    assert len(compiled) == 1
    assert len(list((tmp_path / "made" / "here").iterdir())) == 1
    assert not cache.automaton([b"free"]).scan(b"prize")
    assert len(compiled) == 2


@pytest.mark.parametrize("content", [b"", b"no automaton", b"\x00" * 5000])
def test_a_bad_file_is_written_over(
    tmp_path: Path, compiled: list[list[bytes]], content: bytes
) -> None:
    """A file that is not what was written is not loaded; the next start has a good one."""
    Cache(tmp_path).automaton(EXPRESSIONS)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert works(Cache(tmp_path).automaton(EXPRESSIONS))
    assert works(Cache(tmp_path).automaton(EXPRESSIONS))
    assert len(compiled) == 2


def test_one_flipped_bit_is_noticed(tmp_path: Path, compiled: list[list[bytes]]) -> None:
    """Hyperscan is never given bytes that are not those that it made."""
    Cache(tmp_path).automaton(EXPRESSIONS)
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert works(Cache(tmp_path).automaton(EXPRESSIONS))
    assert len(compiled) == 2


def test_a_folder_that_cannot_be_used_costs_time_only(
    tmp_path: Path, compiled: list[list[bytes]]
) -> None:
    """Where a file stands in the way, every automaton is compiled."""
    (tmp_path / "file").write_text("in the way")
    for _ in range(2):
        assert works(Cache(tmp_path / "file").automaton(EXPRESSIONS))
    assert len(compiled) == 2


def test_only_the_owner_may_write(tmp_path: Path) -> None:
    """The folder that is made is closed to others: who writes there, writes the program."""
    Cache(tmp_path / "made").automaton(EXPRESSIONS)
    assert (tmp_path / "made").stat().st_mode & 0o077 == 0


def test_without_a_folder_nothing_is_kept(compiled: list[list[bytes]]) -> None:
    """Each automaton is compiled."""
    assert works(Cache(None).automaton(EXPRESSIONS))
    assert works(Cache(None).automaton(EXPRESSIONS))
    assert len(compiled) == 2


def test_a_folder_does_not_grow_without_end(
    tmp_path: Path, compiled: list[list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was used least lately goes first; files of others are left alone."""
    cache = Cache(tmp_path)
    for expressions in ([b"one"], [b"two"]):
        cache.automaton(expressions)
    size = max(file.stat().st_size for file in tmp_path.iterdir())
    (tmp_path / "note.txt").write_text("not ours")
    monkeypatch.setattr(module, "MAX_BYTES", 3 * size - 1)
    cache.automaton([b"one"])
    cache.automaton([b"new"])
    assert len(list(tmp_path.iterdir())) == 3
    del compiled[:]
    for expressions in ([b"one"], [b"new"]):
        cache.automaton(expressions)
    assert compiled == []
    cache.automaton([b"two"])
    assert compiled == [[b"two"]]


def test_a_folder_for_reading_only_is_used(
    tmp_path: Path, compiled: list[list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was compiled into an image, say, is loaded where nothing can be written."""
    Cache(tmp_path).automaton(EXPRESSIONS)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "touch", refuse)
    assert works(Cache(tmp_path).automaton(EXPRESSIONS))
    assert len(compiled) == 1
