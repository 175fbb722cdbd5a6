import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from fixtures.packs import ConfigMapMount, rename_over
from gateway.keys.file import parse
from gateway.keys.guard import KeyGuard
from gateway.keys.watcher import KeyWatcher, following

SECRET = "a-key-that-was-put-there-by-mistake"


def line(name: str) -> bytes:
    """Return the line of a file for a key that is as its name."""
    return f"{name} {hashlib.sha256(name.encode()).hexdigest()}\n".encode()


ONE, TWO, BAD = line("one"), line("one") + line("two"), f"one {SECRET}".encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of keys."""
    path = tmp_path / "keys"
    path.write_bytes(ONE)
    return path


@pytest.fixture
def guard(path: Path) -> KeyGuard:
    """What it is followed into."""
    return KeyGuard(parse(path, ONE))


@pytest.fixture
def meanwhile() -> list[Callable[[], object]]:
    """What happens while a file is left to rest, one after the other."""
    return []


@pytest.fixture
def watcher(path: Path, guard: KeyGuard, meanwhile: list[Callable[[], object]]) -> KeyWatcher:
    """A watcher that is polled by the test."""

    async def pause(_seconds: float) -> None:
        if meanwhile:
            meanwhile.pop(0)()

    return KeyWatcher(path, guard, pause)


def names(guard: KeyGuard) -> list[str]:
    """Return the names of the keys that count."""
    return sorted(guard.keys.names.values())


def metric(name: str, **labels: str) -> float:
    """Return the value of one of the watcher's metrics."""
    value = REGISTRY.get_sample_value(f"hamgate_gateway_keys_{name}", labels)
    assert value is not None
    return value


@pytest.mark.parametrize("put", [Path.write_bytes, rename_over])
async def test_a_change_counts(
    path: Path, guard: KeyGuard, watcher: KeyWatcher, put: Callable[[Path, bytes], object]
) -> None:
    """A plain write and a rename are seen at the next poll; names are logged, digests are not."""
    ok = metric("reloads_total", outcome="ok")
    put(path, TWO)
    with capture_logs() as logs:
        await watcher.poll()
        await watcher.poll()
    assert names(guard) == ["one", "two"]
    assert [(entry["event"], entry["names"]) for entry in logs] == [
        ("keys_swapped", ["one", "two"])
    ]
    assert metric("reloads_total", outcome="ok") == ok + 1
    assert metric("stale") == 0


async def test_a_mounted_secret_is_followed(tmp_path: Path) -> None:
    """Kubernetes swaps a link two folders above."""
    (folder := tmp_path / "mount").mkdir()
    mount = ConfigMapMount(folder, ONE)
    guard = KeyGuard(parse(mount.path, ONE))

    async def pause(_seconds: float) -> None:
        pass

    mount.update(TWO)
    await KeyWatcher(mount.path, guard, pause).poll()
    assert names(guard) == ["one", "two"]


@pytest.mark.parametrize(
    "spoil", [lambda p: p.write_bytes(BAD), lambda p: p.write_bytes(b""), Path.unlink]
)
async def test_a_bad_file_changes_nothing(
    path: Path, guard: KeyGuard, watcher: KeyWatcher, spoil: Callable[[Path], object]
) -> None:
    """Bad, empty or gone: the old keys count, it is said once, and a good file ends it."""
    failed = metric("reloads_total", outcome="failed")
    spoil(path)
    with capture_logs() as logs:
        await watcher.poll()
        await watcher.poll()
    assert names(guard) == ["one"]
    assert metric("stale") == 1
    assert metric("reloads_total", outcome="failed") == failed + 1
    (entry,) = logs
    assert (entry["event"], entry["counting"]) == ("keys_rejected", ["one"])
    assert SECRET not in str(logs)
    rename_over(path, ONE)
    await watcher.poll()
    assert metric("stale") == 0


async def test_a_file_that_is_being_written_is_left_alone(
    path: Path, guard: KeyGuard, watcher: KeyWatcher, meanwhile: list[Callable[[], object]]
) -> None:
    """Half of it is never taken, even if the half is good."""
    rename_over(path, line("half"))
    meanwhile.append(lambda: path.write_bytes(TWO))
    await watcher.poll()
    assert names(guard) == ["one"]
    await watcher.poll()
    assert names(guard) == ["one", "two"]


async def test_a_fault_of_ours_does_not_end_the_following(path: Path, guard: KeyGuard) -> None:
    """A poll that raises is logged, and the next one comes."""
    broken = [OSError("no more threads")]

    async def pause(seconds: float) -> None:
        await asyncio.sleep(0)
        if seconds < 2 and broken:  # the one inside a poll
            raise broken.pop()

    rename_over(path, TWO)
    with capture_logs() as logs:
        running = asyncio.create_task(KeyWatcher(path, guard, pause).run())
        async with asyncio.timeout(30):
            while names(guard) != ["one", "two"]:
                await asyncio.sleep(0.005)
        running.cancel()
    assert [entry["event"] for entry in logs] == ["keys_poll_broke", "keys_swapped"]


async def test_it_is_followed_within_a_block(path: Path, guard: KeyGuard) -> None:
    """And no longer: no task is left behind it."""
    rename_over(path, TWO)
    async with following(path, guard), asyncio.timeout(30):
        while names(guard) != ["one", "two"]:
            await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == {asyncio.current_task()}
