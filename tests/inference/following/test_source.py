import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from structlog.testing import capture_logs

from fixtures.processes import free_port
from fixtures.versions import Shelf
from inference.errors import CacheUnusable, LoaderFailed, RegistryUnavailable, Untrusted
from inference.following.registry import open_registry
from inference.following.source import RegistrySource
from inference.loading.loader import carry_out
from inference.loading.order import Order, Report
from inference.loading.process import load_into_cache
from inference.settings import Settings
from kit.model_text import model_text
from kit.registry import CHALLENGER, MODEL_FILE, PRODUCTION


class Loads:
    """The loader's work, counted; in a thread: a process takes seconds to import its means."""

    def __init__(self) -> None:
        """Count from nothing."""
        self.count = 0

    async def __call__(self, order: Order) -> None:
        """Load, and count."""
        self.count += 1
        assert await asyncio.to_thread(carry_out, order) == Report("done")


@asynccontextmanager
async def source_of(
    settings: Settings, bring: Callable[[Order], Awaitable[None]] = load_into_cache
) -> AsyncIterator[RegistrySource]:
    """A source as a new process has it; versions are loaded by the loader's process, or `bring`."""
    async with open_registry(settings) as registry:
        yield RegistrySource(registry, settings, bring)


def settings_of(shelf: Shelf, folder: Path) -> Settings:
    """The settings for a registry, with the cache below `folder`."""
    return Settings(tracking_uri=shelf.server.url, cache_dir=folder / "cache")


async def test_a_version_is_loaded_once_and_then_read_from_the_cache(
    shelf: Shelf, tmp_path: Path, pipeline: Pipeline
) -> None:
    """From alias to model by the loader; a later process needs none, even with nothing else up."""
    shelf.put()
    settings, loads = settings_of(shelf, tmp_path), Loads()
    async with source_of(settings) as source:
        assert await source.last_served(PRODUCTION) is None
        ref = await source.named(PRODUCTION)
        model = await source.load(PRODUCTION, ref)
    text = "free prize, call now"
    expected = pytest.approx(pipeline.predict_proba([model_text(text)])[0, 1], abs=1e-9)
    assert model.scorer.score([text]) == [expected]
    assert model.scorer.kind == "compiled"
    assert model.threshold == 0.4
    async with source_of(settings, loads) as source:
        again = await source.load(PRODUCTION, ref)
        last = await source.last_served(PRODUCTION)
    assert last is not None
    assert [again.ref, last.ref] == [ref, ref]
    assert loads.count == 0


async def test_damaged_tables_are_made_anew(shelf: Shelf, tmp_path: Path) -> None:
    """From the files in the cache, so that the registry need not be there."""
    ref = shelf.put()
    settings, loads = settings_of(shelf, tmp_path), Loads()
    async with source_of(settings, loads) as source:
        await source.load(PRODUCTION, ref)
        (tables,) = settings.cache_dir.glob("*/tables.bin")
        whole = tables.read_bytes()
        tables.write_bytes(whole[: len(whole) // 2])
        await source.load(PRODUCTION, ref)
        assert tables.read_bytes() == whole
        tables.unlink()
    away = settings.model_copy(update={"tracking_uri": f"http://127.0.0.1:{free_port()}"})
    async with source_of(away, loads) as source:
        assert await source.last_served(PRODUCTION) is not None
        (settings.cache_dir / "Production.alias").write_text("../elsewhere")
        assert await source.last_served(PRODUCTION) is None
    assert loads.count == 3


async def test_another_policy_verifies_anew(shelf: Shelf, tmp_path: Path) -> None:
    """A record counts only for the keys and the environment check that it was made under."""
    ref = shelf.put()
    settings, loads = settings_of(shelf, tmp_path), Loads()
    async with source_of(settings, loads) as source:
        await source.load(PRODUCTION, ref)
    strict = settings.model_copy(update={"environment_check": "enforce"})
    async with source_of(strict, loads) as source:
        assert await source.last_served(PRODUCTION) is None
        await source.load(PRODUCTION, ref)
    assert loads.count == 2


async def test_the_cache_keeps_what_an_alias_has_and_nothing_else(
    shelf: Shelf, tmp_path: Path
) -> None:
    """Other versions and what was cut off go; what else lies there stays."""
    settings = settings_of(shelf, tmp_path)
    for name in ("7-0123456789abcdef", "partial-abcd_012", "partial-photos", "7-notes"):
        (settings.cache_dir / name).mkdir(parents=True)
    refs = [shelf.put() for _ in range(3)]

    def kept() -> set[str]:
        return {path.name.partition("-")[0] for path in settings.cache_dir.glob("*-*[0-9a-f]")}

    async with source_of(settings, Loads()) as source:
        await source.load(PRODUCTION, refs[0])
        left = {path.name for path in settings.cache_dir.iterdir()}
        assert {"partial-photos", "7-notes"} < left
        assert not left & {"7-0123456789abcdef", "partial-abcd_012"}
        await source.load(CHALLENGER, refs[1])
        await source.load(PRODUCTION, refs[2])
        assert kept() == {refs[1].version, refs[2].version}
        await source.forget(CHALLENGER)
        assert kept() == {refs[2].version}


async def test_a_version_serves_whose_note_cannot_be_written(shelf: Shelf, tmp_path: Path) -> None:
    """A cache that is full or read-only by then costs a warning, and not the model."""
    ref = shelf.put()
    settings = settings_of(shelf, tmp_path)
    (settings.cache_dir / "Production.alias").mkdir(parents=True)  # in the note's way
    async with source_of(settings, Loads()) as source:
        with capture_logs() as logs:
            models = [await source.load(PRODUCTION, ref) for _ in range(2)]
            await source.forget(PRODUCTION)
    assert [model.ref for model in models] == [ref, ref]
    (line,) = [line for line in logs if line["event"] == "cache_not_noted"]
    assert line["log_level"] == "warning"
    assert f"{settings.cache_dir} cannot be written: Is a directory" in line["reason"]


async def test_a_cache_that_cannot_be_written_is_found_before_a_loader_is_started(
    shelf: Shelf, tmp_path: Path
) -> None:
    """The reason names the folder, and is not laid on the registry."""
    ref = shelf.put()
    settings, loads = settings_of(shelf, tmp_path), Loads()
    settings.cache_dir.write_text("in the way")
    async with source_of(settings, loads) as source:
        with pytest.raises(CacheUnusable, match=f"{settings.cache_dir} cannot be written"):
            await source.load(PRODUCTION, ref)
    assert loads.count == 0


async def test_a_version_that_was_swept_away_while_it_was_read_is_not_brought_back(
    shelf: Shelf, tmp_path: Path
) -> None:
    """The alias has gone meanwhile: nothing is loaded for it."""
    ref = shelf.put()
    settings, loads = settings_of(shelf, tmp_path), Loads()
    async with source_of(settings, loads) as source:
        await source.load(PRODUCTION, ref)
        next(settings.cache_dir.glob("*/tables.bin")).unlink()
        async with source._loading:
            reading = asyncio.create_task(source.last_served(PRODUCTION))
            with capture_logs() as logs:
                while not logs:
                    await asyncio.sleep(0.01)
            (settings.cache_dir / "Production.alias").unlink()
        assert await reading is None
    assert loads.count == 1


async def test_what_cannot_be_compiled_is_served_by_scikit_learn(
    shelf: Shelf, tmp_path: Path
) -> None:
    """And says so."""
    weights = {"v": np.float64(2)}
    union = FeatureUnion([("v", TfidfVectorizer())], transformer_weights=weights)
    odd = Pipeline([("u", union), ("c", LogisticRegression())])
    odd.fit(["win a prize now", "see you at six"], ["spam", "ham"])
    ref = shelf.put(pipeline=odd)
    async with source_of(settings_of(shelf, tmp_path), Loads()) as source:
        model = await source.load(PRODUCTION, ref)
    assert model.scorer.kind == "scikit-learn"
    assert model.scorer.score(["a prize"]) == [odd.predict_proba(["a prize"])[0, 1]]


async def test_the_loaders_errors_are_ours(shelf: Shelf, tmp_path: Path) -> None:
    """What is wrong with a version, and what is away, comes through the pipe."""
    ref = shelf.put()
    model = shelf.file(MODEL_FILE)
    model.write_bytes(b"changed")
    async with source_of(settings_of(shelf, tmp_path)) as source:
        with pytest.raises(Untrusted, match="corrupt"):
            await source.load(PRODUCTION, ref)
        model.unlink()
        with pytest.raises((Untrusted, RegistryUnavailable)):
            await source.load(PRODUCTION, ref)


def children() -> list[int]:
    """The loaders that run now, as children of this process."""
    found = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "inference.loading"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in found.stdout.split()]


async def a_child() -> int:
    """Wait for a loader to run; return its process id."""
    async with asyncio.timeout(10):
        while not children():
            await asyncio.sleep(0.01)
    (pid,) = children()
    return pid


async def test_a_loader_that_is_killed_is_tried_once_more(shelf: Shelf, tmp_path: Path) -> None:
    """The system kills it when memory is short; a second time is a failed load."""
    ref = shelf.put()
    async with source_of(settings_of(shelf, tmp_path)) as source:
        loading = asyncio.create_task(source.load(PRODUCTION, ref))
        os.kill(await a_child(), signal.SIGKILL)
        assert (await loading).ref == ref


async def test_a_loader_that_is_killed_again_is_a_failed_load(shelf: Shelf, tmp_path: Path) -> None:
    """It says so; the next attempt is whole."""
    ref = shelf.put()
    async with source_of(settings_of(shelf, tmp_path)) as source:
        loading = asyncio.create_task(source.load(PRODUCTION, ref))
        first = await a_child()
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(10):
            while (second := await a_child()) == first:
                await asyncio.sleep(0.01)
        os.kill(second, signal.SIGKILL)
        with pytest.raises(LoaderFailed, match="killed again"):
            await loading
        assert (await source.load(PRODUCTION, ref)).ref == ref


async def test_a_loader_that_takes_too_long_is_ended(shelf: Shelf, tmp_path: Path) -> None:
    """It is gone with the time, and so it is with who waits for it."""
    ref = shelf.put()
    short = settings_of(shelf, tmp_path).model_copy(update={"load_seconds": 0.3})
    async with source_of(short) as source:
        with pytest.raises(LoaderFailed, match=r"within 0\.3 s"):
            await source.load(PRODUCTION, ref)
    assert children() == []
    async with source_of(settings_of(shelf, tmp_path)) as source:
        loading = asyncio.create_task(source.load(PRODUCTION, ref))
        await a_child()
        loading.cancel()
        await asyncio.wait([loading])
    assert loading.cancelled()
    assert children() == []
