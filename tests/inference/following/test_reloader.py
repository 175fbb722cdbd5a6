import asyncio
import time
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY

from fixtures.models import FakeSource, ref
from inference import metrics
from inference.errors import (
    CacheUnusable,
    LoaderFailed,
    ModelError,
    NotNamed,
    RegistryUnavailable,
    Untrusted,
    UnusableKeys,
)
from inference.following.reloader import Reloader
from inference.slot import Model, Slot
from inference.versions.ref import VersionRef
from kit.errors import Unavailable


@pytest.fixture
def slot() -> Slot:
    """An empty slot."""
    return Slot()


@pytest.fixture
def reloader(source: FakeSource, slot: Slot) -> Reloader:
    """A reloader whose failed versions may be tried again after 0.02 s."""
    return Reloader(source, slot, poll_seconds=0.01)


def serving(slot: Slot) -> str | None:
    """The version that serves."""
    return slot.model.version if slot.model else None


async def test_the_alias_is_followed(reloader: Reloader, source: FakeSource, slot: Slot) -> None:
    """Each poll makes what the alias names serve, in either direction, and loads nothing twice."""
    await reloader.poll()
    assert serving(slot) == "1"
    await reloader.poll()
    source.alias = ref("2")
    await reloader.poll()
    assert serving(slot) == "2"
    source.alias = ref("1")
    await reloader.poll()
    assert serving(slot) == "1"
    assert source.loaded == ["1", "2", "1"]


async def test_a_version_that_fails_leaves_the_old_one_serving(
    reloader: Reloader, source: FakeSource, slot: Slot
) -> None:
    """A failed load changes nothing but a metric, and a good version is taken at once."""
    await reloader.poll()
    failed = metrics.RELOADS.labels("Production", "failed")._value.get()
    source.load_errors["2"] = Untrusted("corrupt")
    source.alias = ref("2")
    await reloader.poll()
    assert serving(slot) == "1"
    assert reloader.trouble == "version 2 does not load: corrupt"
    assert metrics.RELOADS.labels("Production", "failed")._value.get() == failed + 1
    source.alias = ref("3")
    await reloader.poll()
    assert serving(slot) == "3"
    assert reloader.trouble is None


async def test_a_bad_version_is_not_fetched_at_every_poll(source: FakeSource, slot: Slot) -> None:
    """It is tried again only after a while, and the while grows."""
    now = 100.0
    reloader = Reloader(source, slot, poll_seconds=1, clock=lambda: now)
    source.load_errors["1"] = Untrusted("corrupt")
    attempts = []
    for _ in range(7):
        await reloader.poll()
        attempts.append(len(source.loaded))
        now += 1
    assert attempts == [1, 1, 2, 2, 2, 2, 3]


@pytest.mark.parametrize(
    "error", [RegistryUnavailable("S3 is away"), CacheUnusable("no room"), UnusableKeys("no file")]
)
async def test_what_is_away_is_tried_again_at_the_next_poll(
    reloader: Reloader, source: FakeSource, slot: Slot, error: ModelError
) -> None:
    """An artifact that cannot be fetched or kept now is no bad version."""
    source.load_errors["1"] = error
    await reloader.poll()
    assert serving(slot) is None
    del source.load_errors["1"]
    await reloader.poll()
    assert serving(slot) == "1"


@pytest.mark.parametrize(
    "error", [RegistryUnavailable("away"), NotNamed("none"), Untrusted("no digest")]
)
async def test_a_poll_that_fails_keeps_what_serves(
    reloader: Reloader, source: FakeSource, slot: Slot, error: Exception
) -> None:
    """A registry that is away, empty or odd takes no model out of service."""
    await reloader.poll()
    source.poll_error = error  # type: ignore[assignment]
    await reloader.poll()
    assert serving(slot) == "1"


async def test_the_time_of_the_last_answer_is_exposed(reloader: Reloader) -> None:
    """A poll that was answered sets the metric that an alert watches."""
    before = time.time()
    await reloader.poll()
    name = "hamgate_inference_last_successful_poll_timestamp_seconds"
    value = REGISTRY.get_sample_value(name, {"alias": "Production"})
    assert value is not None
    assert value >= before


def test_what_is_counted_begins_at_zero(source: FakeSource, slot: Slot) -> None:
    """For each alias that is followed, so that its first failure is a change."""
    Reloader(source, slot, 1, alias="Fresh")

    def value(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(f"hamgate_inference_{name}", {"alias": "Fresh"} | labels)

    assert value("from_cache") == 0
    assert value("reload_seconds_count") == 0
    assert [value("reloads_total", outcome=outcome) for outcome in ("ok", "failed")] == [0, 0]
    assert [value("polls_total", outcome=outcome) for outcome in ("ok", "none", "failed")] == [
        0
    ] * 3


async def test_run_polls_until_cancelled(
    reloader: Reloader, source: FakeSource, slot: Slot
) -> None:
    """The loop sees a new version without being told."""
    async with asyncio.timeout(5):
        running = asyncio.create_task(reloader.run())
        while serving(slot) != "1":
            await asyncio.sleep(0.005)
        source.alias = ref("2")
        while serving(slot) != "2":
            await asyncio.sleep(0.005)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_a_version_that_breaks_the_libraries_is_held_back_too(
    source: FakeSource, slot: Slot
) -> None:
    """An exception of any kind in loading counts as a failed reload, and is not tried at once."""
    reloader = Reloader(source, slot, poll_seconds=10)
    failed = metrics.RELOADS.labels("Production", "failed")._value.get()
    source.load_errors["1"] = AttributeError("no classes_")  # type: ignore[assignment]
    await reloader.poll()
    await reloader.poll()
    assert source.loaded == ["1"]
    assert metrics.RELOADS.labels("Production", "failed")._value.get() == failed + 1
    assert reloader.trouble == "version 1 does not load: a fault: AttributeError"


async def test_the_reason_outlasts_a_registry_that_was_away(source: FakeSource, slot: Slot) -> None:
    """When the registry is back, the reason shown is the held version's again."""
    reloader = Reloader(source, slot, poll_seconds=10)
    source.load_errors["1"] = Untrusted("corrupt")
    await reloader.poll()
    source.poll_error = RegistryUnavailable("away")
    await reloader.poll()
    assert reloader.trouble == "away"
    source.poll_error = None
    await reloader.poll()
    assert reloader.trouble == "version 1 does not load: corrupt"


async def test_a_fault_that_nobody_foresaw_does_not_end_the_loop(
    reloader: Reloader, source: FakeSource, slot: Slot
) -> None:
    """An exception of any kind in a poll is logged and counted, and the next poll is made."""
    failed = metrics.POLLS.labels("Production", "failed")._value.get()
    source.poll_error = ZeroDivisionError("a bug")  # type: ignore[assignment]
    async with asyncio.timeout(5):
        running = asyncio.create_task(reloader.run())
        while metrics.POLLS.labels("Production", "failed")._value.get() < failed + 2:
            await asyncio.sleep(0.005)
        source.poll_error = None
        while serving(slot) != "1":
            await asyncio.sleep(0.005)
        running.cancel()
    assert reloader.trouble is None


def test_an_empty_slot_says_so(slot: Slot) -> None:
    """Without a model the answer is that it is unavailable, not a guess."""
    with pytest.raises(Unavailable, match="no model is loaded"):
        slot.require()


def test_the_threshold_decides_the_label(source: FakeSource, slot: Slot) -> None:
    """At the threshold or above it is spam."""
    model: Model = source.model(ref("1"))
    assert [model.label(score) for score in (0.39, 0.4, 0.41)] == ["ham", "spam", "spam"]


async def run_for(reloader: Reloader, until: Callable[[], bool]) -> None:
    """Run a reloader until something holds."""
    running = asyncio.create_task(reloader.run())
    async with asyncio.timeout(10):
        while not until():
            await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


def from_cache() -> float | None:
    """The metric that says whether the cache serves."""
    return REGISTRY.get_sample_value("hamgate_inference_from_cache", {"alias": "Production"})


async def test_the_cache_serves_while_the_registry_is_away(source: FakeSource, slot: Slot) -> None:
    """A start without the registry takes what served last, says so, and is confirmed later."""
    reloader = Reloader(source, slot, poll_seconds=0.01)
    source.poll_error = RegistryUnavailable("away")
    source.last = source.model(ref("1"))
    await run_for(reloader, lambda: slot.model is not None)
    assert (serving(slot), reloader.from_cache, from_cache()) == ("1", True, 1)
    assert reloader.trouble == "away"
    source.poll_error = None
    await reloader.poll()
    assert (source.loaded, reloader.from_cache, from_cache()) == ([], False, 0)


async def test_the_cache_serves_while_the_registry_is_silent(
    source: FakeSource, slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registry that neither answers nor refuses holds up a start for a moment, not for ten."""
    monkeypatch.setattr("inference.following.reloader._FIRST_ANSWER_SECONDS", 0.05)

    class Silent(FakeSource):
        async def named(self, alias: str) -> VersionRef:
            await asyncio.sleep(60)
            return await super().named(alias)

    silent = Silent(source.pipeline, last=source.model(ref("1")))
    await run_for(Reloader(silent, slot, poll_seconds=5), lambda: slot.model is not None)
    assert serving(slot) == "1"


async def test_the_cache_serves_while_what_is_named_does_not_load(
    source: FakeSource, slot: Slot
) -> None:
    """As in a process that ran on: the version before serves until the named one is good."""
    source.last = source.model(ref("1"))
    source.alias = ref("2")
    source.load_errors["2"] = RegistryUnavailable("S3 is away")
    reloader = Reloader(source, slot, poll_seconds=0.01)
    await run_for(reloader, lambda: slot.model is not None)
    assert (serving(slot), reloader.from_cache) == ("1", True)
    del source.load_errors["2"]
    await reloader.poll()
    assert (serving(slot), reloader.from_cache) == ("2", False)


async def test_the_cache_does_not_serve_what_nothing_names(source: FakeSource, slot: Slot) -> None:
    """Where the registry says that nothing is to serve, nothing does."""
    source.last = source.model(ref("1"))
    source.poll_error = NotNamed("none")
    polls = metrics.POLLS.labels("Production", "none")
    before = polls._value.get()
    await run_for(
        Reloader(source, slot, poll_seconds=0.01), lambda: polls._value.get() > before + 2
    )
    assert serving(slot) is None


async def test_the_cache_does_not_serve_what_is_unnamed_while_it_is_read(
    source: FakeSource, slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that comes late, and says that nothing is to serve, comes early enough."""
    monkeypatch.setattr("inference.following.reloader._FIRST_ANSWER_SECONDS", 0.05)
    polls = metrics.POLLS.labels("Production", "none")
    before = polls._value.get()

    class Late(FakeSource):
        reading = asyncio.Event()

        async def named(self, alias: str) -> VersionRef:
            await self.reading.wait()
            return await super().named(alias)

        async def last_served(self, alias: str) -> Model | None:
            self.reading.set()
            while polls._value.get() == before:
                await asyncio.sleep(0)
            return await super().last_served(alias)

    late = Late(source.pipeline, poll_error=NotNamed("none"), last=source.model(ref("1")))
    reloader = Reloader(late, slot, poll_seconds=0.01)
    await run_for(reloader, lambda: polls._value.get() > before + 2)
    assert (serving(slot), reloader.from_cache) == (None, False)


async def test_a_hint_is_followed_before_the_interval_is_over(
    source: FakeSource, slot: Slot
) -> None:
    """A version that is hinted at serves long before the next poll was due."""
    reloader = Reloader(source, slot, poll_seconds=3600)

    def hinted() -> bool:
        if serving(slot) == "1":
            source.alias = ref("2")
            reloader.hint()
        return serving(slot) == "2"

    await run_for(reloader, hinted)
    assert source.loaded == ["1", "2"], "many hints are one poll"


async def test_an_optional_alias_that_names_nothing_empties_the_slot(
    source: FakeSource, slot: Slot
) -> None:
    """The challenger goes when its alias goes, from memory and from the cache."""
    reloader = Reloader(source, slot, 10, alias="Challenger", optional=True)
    source.challenger = ref("7")
    await reloader.poll()
    assert serving(slot) == "7"
    labels = {
        "name": "spam-classifier", "version": "7", "alias": "Challenger", "scorer": "scikit-learn",
    }  # fmt: skip
    assert REGISTRY.get_sample_value("hamgate_inference_model_info", labels) == 1
    source.challenger = None
    await reloader.poll()
    assert (serving(slot), source.forgotten) == (None, ["Challenger"])
    assert REGISTRY.get_sample_value("hamgate_inference_model_info", labels) is None


async def test_an_optional_alias_that_went_while_nothing_ran_is_forgotten(
    source: FakeSource, slot: Slot
) -> None:
    """The cache gives up an earlier process's challenger, once each time that the alias goes."""
    reloader = Reloader(source, slot, 10, alias="Challenger", optional=True)
    await reloader.poll()
    await reloader.poll()
    assert (serving(slot), source.forgotten) == (None, ["Challenger"])
    source.challenger = ref("7")
    source.load_errors["7"] = RegistryUnavailable("S3 is away")
    await reloader.poll()
    source.challenger = None
    await reloader.poll()
    await reloader.poll()
    assert source.forgotten == ["Challenger"] * 2


async def test_a_loader_that_failed_is_not_started_at_every_poll(
    source: FakeSource, slot: Slot
) -> None:
    """A version that takes all the memory would be tried again and again."""
    reloader = Reloader(source, slot, poll_seconds=10)
    source.load_errors["1"] = LoaderFailed("exit code -9")
    await reloader.poll()
    await reloader.poll()
    assert source.loaded == ["1"]
