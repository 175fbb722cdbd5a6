"""Facts about the watcher, with real files and links: what is taken and what is refused."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from fixtures.packs import ConfigMapMount, make_pack, make_rule, rename_over
from gateway.pack_watcher import PackWatcher
from gateway.rulebook import Rulebook
from rules.document import MAX_BYTES
from rules.engine import Engine
from rules.loading import compile_pack, load_engine

ALPHA, BETA = make_rule("alpha", "alpha", "Alpha!"), make_rule("beta", "beta", "Beta!")
ONE, TWO = make_pack("1", ALPHA), make_pack("2", ALPHA, BETA)
SECRET = "zanzibar-parsnip"
BAD = {
    "no YAML": b"rules: [",
    "not UTF-8": b"name: \xff",
    "empty": b"",
    "no pack": b"name: test",
    "half a pack": TWO[: len(TWO) // 2],
    "a pattern that does not compile": make_pack("2", make_rule("x", "(a", "a")),
    "an example that fails": make_pack("2", make_rule("x", "alpha", SECRET)),
    "too large": b"#" * (MAX_BYTES + 1),
}


def put(path: Path, content: bytes) -> None:
    """Write a file in place."""
    path.write_bytes(content)


@dataclass
class Operator:
    """Does things to the file in the pauses of the watcher, one a pause, and counts the loads."""

    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    before_load: Callable[[], object] = lambda: None
    loads: int = 0
    now: float = 0.0

    def clock(self) -> float:
        """Return the time, which stands still unless somebody moves it."""
        return self.now

    async def pause(self, _seconds: float) -> None:
        """Let the next thing happen instead of waiting."""
        if self.meanwhile:
            self.meanwhile.pop(0)()

    def load(self, path: Path, content: bytes) -> Engine:
        """Load the pack, after something happened to its file."""
        self.loads += 1
        self.before_load()
        return compile_pack(path, content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a pack in version 1."""
    path = tmp_path / "pack.yaml"
    path.write_bytes(ONE)
    return path


@pytest.fixture
def rulebook(path: Path) -> Rulebook:
    """What serves: that pack."""
    return Rulebook(load_engine(path))


@pytest.fixture
def operator() -> Operator:
    """Nobody who does anything yet."""
    return Operator()


@pytest.fixture
def watcher(path: Path, rulebook: Rulebook, operator: Operator) -> PackWatcher:
    """The watcher of that file."""
    return PackWatcher(
        path, rulebook, 2.0, load=operator.load, pause=operator.pause, clock=operator.clock
    )


def serving(rulebook: Rulebook) -> str:
    """Return the version of the pack that serves."""
    return rulebook.engine.pack.version


def metric(name: str, /, **labels: str) -> float | None:
    """Return a sample of one of the pack's metrics."""
    return REGISTRY.get_sample_value(f"hamgate_gateway_pack_{name}", labels)


def reloads() -> tuple[float, float]:
    """Return how many reloads succeeded and failed."""
    ok, failed = (metric("reloads_total", outcome=outcome) for outcome in ("ok", "failed"))
    assert ok is not None
    assert failed is not None
    return ok, failed


# What is taken


@pytest.mark.parametrize("replace", [put, rename_over])
async def test_a_changed_file_is_taken(
    path: Path,
    rulebook: Rulebook,
    watcher: PackWatcher,
    replace: Callable[[Path, bytes], object],
) -> None:
    """Written in place or renamed over, forth and back: each poll makes what is there serve."""
    ok, failed = reloads()
    for version, content in (("2", TWO), ("1", ONE), ("2", TWO)):
        replace(path, content)
        await watcher.poll()
        assert serving(rulebook) == version
    assert reloads() == (ok + 3, failed)
    assert rulebook.trouble == ()


async def test_the_swap_of_a_config_map_is_seen(tmp_path: Path, operator: Operator) -> None:
    """What Kubernetes does changes no file that was there, only a link above it; it is taken."""
    mount = ConfigMapMount(tmp_path, ONE)
    rulebook = Rulebook(load_engine(mount.path))
    watcher = PackWatcher(mount.path, rulebook, 2.0, load=operator.load, pause=operator.pause)
    before = mount.path.lstat()
    for version, content in (("2", TWO), ("1", ONE), ("2", TWO)):
        mount.update(content)
        await watcher.poll()
        assert serving(rulebook) == version
    assert mount.path.lstat() == before
    mount.update(BAD["no YAML"])
    await watcher.poll()
    assert serving(rulebook) == "2"
    assert rulebook.trouble


async def test_the_same_bytes_are_no_change(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """A touch, and a new file with the old bytes, compile nothing and swap nothing."""
    engine, loaded_at = rulebook.engine, rulebook.loaded_at
    os.utime(path, (0, 0))
    await watcher.poll()
    rename_over(path, ONE)
    await watcher.poll()
    assert operator.loads == 0
    assert rulebook.engine is engine
    assert rulebook.loaded_at == loaded_at


async def test_a_request_keeps_the_engine_that_it_took(
    path: Path, rulebook: Rulebook, watcher: PackWatcher
) -> None:
    """A swap replaces the engine and leaves the old one whole."""
    took = rulebook.engine
    put(path, TWO)
    await watcher.poll()
    assert rulebook.engine is not took
    assert [rule.id for rule in took.pack.rules] == ["alpha"]


# What is only half there


async def test_a_file_that_is_being_written_is_left_alone(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """Half of a pack that is a valid pack by itself is not loaded while the rest is coming."""
    middle = TWO.index(b"- id: beta")
    half, rest = TWO[:middle], TWO[middle:]
    put(path, half)
    assert load_engine(path).pack.version == "2"
    operator.meanwhile = [lambda: put(path, half + rest)]
    await watcher.poll()
    assert (operator.loads, serving(rulebook)) == (0, "1")
    await watcher.poll()
    assert [rule.id for rule in rulebook.engine.pack.rules] == ["alpha", "beta"]


async def test_a_file_that_is_away_for_a_moment_is_no_trouble(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """Removed and written anew, as some tools do it: nothing is rejected in between."""
    _, failed = reloads()
    remove(path)
    operator.meanwhile = [lambda: put(path, TWO)]
    await watcher.poll()
    assert (rulebook.trouble, reloads()[1]) == ((), failed)
    await watcher.poll()
    assert serving(rulebook) == "2"


@pytest.mark.parametrize("other", [BAD["no YAML"], make_pack("3", BETA)], ids=["bad", "good"])
async def test_a_change_while_loading_is_for_the_next_poll(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator, other: bytes
) -> None:
    """What was read is what is loaded, whatever becomes of the file meanwhile."""
    put(path, TWO)
    operator.before_load = lambda: put(path, other)
    await watcher.poll()
    assert (operator.loads, serving(rulebook), rulebook.trouble) == (1, "2", ())
    operator.before_load = lambda: None
    await watcher.poll()
    assert (operator.loads, serving(rulebook)) == (2, "2" if other == BAD["no YAML"] else "3")
    assert bool(rulebook.trouble) is (other == BAD["no YAML"])


# What is refused


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
async def test_a_bad_pack_changes_nothing(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, content: bytes
) -> None:
    """The old one serves on; trouble, gauge, counter and one log line say why."""
    ok, failed = reloads()
    put(path, content)
    with capture_logs() as logs:
        await watcher.poll()
    assert serving(rulebook) == "1"
    assert rulebook.trouble
    assert metric("stale") == 1
    assert reloads() == (ok, failed + 1)
    (line,) = logs
    assert (line["event"], line["serving"]) == ("pack_rejected", "1")
    assert line["faults"] == rulebook.trouble
    assert str(path) not in str(rulebook.trouble), "clients are not told where the file is"
    assert line["path"] == str(path)


async def test_no_example_is_told(path: Path, rulebook: Rulebook, watcher: PackWatcher) -> None:
    """A fault names rule, field and index: an example may be somebody's message."""
    put(path, BAD["an example that fails"])
    with capture_logs() as logs:
        await watcher.poll()
    assert "rule 'x': spam_examples" in rulebook.trouble[0]
    assert SECRET not in str(rulebook.trouble)
    assert SECRET not in str(logs)


def remove(path: Path) -> None:
    """Remove a file."""
    path.unlink()


def to_folder(path: Path) -> None:
    """Put a folder where the file was."""
    path.unlink()
    path.mkdir()


def to_dangling_link(path: Path) -> None:
    """Put a link to nowhere where the file was."""
    path.unlink()
    path.symlink_to("nowhere")


@pytest.mark.parametrize("spoil", [remove, to_folder, to_dangling_link])
async def test_a_file_that_cannot_be_read_changes_nothing(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, spoil: Callable[[Path], object]
) -> None:
    """Gone, a folder, a link to nowhere: the old pack serves on, and nothing is loaded."""
    spoil(path)
    await watcher.poll()
    assert serving(rulebook) == "1"
    assert rulebook.trouble[0].startswith("cannot be read: ")
    assert metric("stale") == 1


async def test_a_bad_file_is_tried_once(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """It is neither loaded nor counted nor logged again until its bytes change."""
    put(path, BAD["no pack"])
    await watcher.poll()
    failed, trouble = reloads()[1], rulebook.trouble
    with capture_logs() as logs:
        for _ in range(3):
            operator.now += 1000
            await watcher.poll()
        os.utime(path, (0, 0))
        await watcher.poll()
    assert (operator.loads, reloads()[1], logs) == (1, failed, [])
    assert rulebook.trouble == trouble
    put(path, BAD["empty"])
    await watcher.poll()
    assert (operator.loads, reloads()[1]) == (2, failed + 1)
    assert rulebook.trouble != trouble


async def test_a_good_file_ends_the_trouble(
    path: Path, rulebook: Rulebook, watcher: PackWatcher
) -> None:
    """The mended pack is taken at the next poll."""
    put(path, BAD["no pack"])
    await watcher.poll()
    put(path, TWO)
    await watcher.poll()
    assert (serving(rulebook), rulebook.trouble, metric("stale")) == ("2", (), 0)


async def test_the_old_bytes_end_the_trouble(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """Where the file is again what serves, nothing is loaded and nothing is left to tell."""
    engine = rulebook.engine
    put(path, BAD["no pack"])
    await watcher.poll()
    put(path, ONE)
    await watcher.poll()
    assert (operator.loads, rulebook.engine) == (1, engine)
    assert (rulebook.trouble, metric("stale")) == ((), 0)
    put(path, BAD["no pack"])
    await watcher.poll()
    assert rulebook.trouble, "the same bad bytes are told again when they come back"


def breaking(error: Exception) -> Callable[[], None]:
    """Return what raises an exception."""

    def raise_it() -> None:
        raise error

    return raise_it


async def test_a_pack_that_breaks_a_library_is_refused_too(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """An exception of any kind in loading is a failed reload; by its name only."""
    put(path, TWO)
    operator.before_load = breaking(RuntimeError(SECRET))
    await watcher.poll()
    await watcher.poll()
    assert operator.loads == 1
    assert (serving(rulebook), rulebook.trouble) == ("1", ("a fault of hamgate's: RuntimeError",))


async def test_a_load_that_broke_is_tried_again_after_a_while(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """Memory that was short need not stay short: once a minute, until the same bytes load."""
    put(path, TWO)
    operator.before_load = breaking(MemoryError())
    await watcher.poll()
    for now, loads in ((59.9, 1), (60.0, 2), (119.9, 2), (120.0, 3)):
        operator.now = now
        await watcher.poll()
        assert (operator.loads, serving(rulebook)) == (loads, "1")
    operator.before_load = lambda: None
    operator.now = 180.0
    await watcher.poll()
    assert (serving(rulebook), rulebook.trouble, metric("stale")) == ("2", (), 0)


async def test_the_same_breakdown_is_told_once(
    path: Path, watcher: PackWatcher, operator: Operator
) -> None:
    """Each further try that ends in the same way is silent and not counted; another is news."""
    _, failed = reloads()
    put(path, TWO)
    with capture_logs() as logs:
        for error in (MemoryError(), MemoryError(), MemoryError(), RuntimeError(), MemoryError()):
            operator.before_load = breaking(error)
            await watcher.poll()
            operator.now += 60
    assert operator.loads == 5
    assert [type(line["exc_info"]) for line in logs] == [MemoryError, RuntimeError, MemoryError]
    assert {line["event"] for line in logs} == {"pack_rejected"}
    assert reloads()[1] == failed + 3


async def test_a_pack_that_turns_out_bad_at_the_second_try_is_not_tried_again(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """The breakdown gives way to the pack's own faults, and those stay until it changes."""
    put(path, BAD["an example that fails"])
    operator.before_load = breaking(MemoryError())
    await watcher.poll()
    operator.before_load = lambda: None
    for _ in range(3):
        operator.now += 60
        await watcher.poll()
    assert operator.loads == 2
    assert "rule 'x': spam_examples" in rulebook.trouble[0]


# What goes on


async def test_others_get_their_turn_while_a_pack_is_loaded(
    path: Path, rulebook: Rulebook, watcher: PackWatcher, operator: Operator
) -> None:
    """Loading waits for something that only the event loop can do: it does not hold the loop."""
    loop = asyncio.get_running_loop()

    async def answer() -> str:
        return serving(rulebook)

    answers: list[str] = []
    operator.before_load = lambda: answers.append(
        asyncio.run_coroutine_threadsafe(answer(), loop).result(30)
    )
    put(path, TWO)
    await watcher.poll()
    assert (answers, serving(rulebook)) == (["1"], "2")


async def test_run_polls_until_cancelled(path: Path, rulebook: Rulebook) -> None:
    """The loop sees changes without being told, a bad one among them."""
    watcher = PackWatcher(path, rulebook, 0.01, load=compile_pack)
    running = asyncio.create_task(watcher.run())
    async with asyncio.timeout(60):
        for content, version, troubled in (
            (TWO, "2", False),
            (BAD["empty"], "2", True),
            (ONE, "1", False),
        ):
            put(path, content)
            while (serving(rulebook), bool(rulebook.trouble)) != (version, troubled):
                await asyncio.sleep(0.005)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_fault_of_ours_does_not_end_the_following(path: Path, rulebook: Rulebook) -> None:
    """A poll that raises is logged, and the next one comes."""
    broken = [OSError("no more threads"), OSError("no more threads")]

    async def pause(seconds: float) -> None:
        await asyncio.sleep(0)
        if seconds < 2 and broken:  # the one inside a poll
            raise broken.pop()

    watcher = PackWatcher(path, rulebook, 2.0, load=compile_pack, pause=pause)
    put(path, TWO)
    with capture_logs() as logs:
        running = asyncio.create_task(watcher.run())
        async with asyncio.timeout(60):
            while serving(rulebook) != "2":
                await asyncio.sleep(0.005)
        running.cancel()
    assert [line["event"] for line in logs] == ["pack_poll_broke"] * 2 + ["pack_swapped"]


# What is shown


async def test_the_metrics_name_the_pack_that_serves(
    path: Path, rulebook: Rulebook, watcher: PackWatcher
) -> None:
    """One series with the value 1, of the pack in memory; the file's state beside it."""
    for content in (TWO, BAD["no pack"]):
        put(path, content)
        await watcher.poll()
    digest = rulebook.engine.pack.digest
    assert metric("info", name="test", version="2", digest=digest) == 1
    infos = next(m for m in REGISTRY.collect() if m.name == "hamgate_gateway_pack_info")
    assert len(infos.samples) == 1


async def test_a_rule_that_never_hit_shows_0(path: Path, watcher: PackWatcher) -> None:
    """Each rule that is watched has its counter from the load on; one that is off has none."""
    rules = [
        make_rule(f"never-hit-{state}", "gamma", "Gamma!", state=state)
        for state in ("enforce", "shadow", "off")
    ]
    put(path, make_pack("3", *rules))
    await watcher.poll()
    hits = [
        REGISTRY.get_sample_value(
            "hamgate_gateway_rule_hits_total", {"rule": f"never-hit-{state}", "state": state}
        )
        for state in ("enforce", "shadow", "off")
    ]
    assert hits == [0, 0, None]
