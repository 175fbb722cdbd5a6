"""Facts about the begin and the end of what lives as long as the process."""

import asyncio
from pathlib import Path

import pytest

from fixtures.gateway import fake_model_server
from fixtures.packs import engine_of, make_rule
from gateway.errors import ModelUnavailable
from gateway.lifespan import running
from gateway.schemas import ClassifyRequest
from gateway.settings import Settings
from kit.probes import Readiness


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancel_in_the_middle_of_the_end_is_not_lost(tmp_path: Path, turns: int) -> None:
    """Whoever cancels the service while it ends the background work sees it cancelled.

    The cancel comes so many turns of the event loop after the end began: one of them finds the
    service waiting for work that was cancelled itself, and must not take the two for one.
    """
    engine = engine_of(tmp_path, make_rule("alpha", "alpha", "alpha"))
    settings, serving, told = Settings(), asyncio.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(settings, engine, Readiness()):
            serving.set()
            await told.wait()
        await asyncio.Event().wait()

    service = asyncio.create_task(serve())
    await serving.wait()
    told.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    service.cancel()
    done, _ = await asyncio.wait([service], timeout=10)
    assert done
    assert service.cancelled()


async def test_a_name_that_is_not_known_yet_is_no_hindrance(tmp_path: Path) -> None:
    """The gateway starts and is ready; rules decide, and the rest is refused at once."""
    engine = engine_of(tmp_path, make_rule("alpha", "alpha", "alpha"))
    settings, readiness = Settings(inference_url="http://no-such-name.invalid:8001"), Readiness()
    async with running(settings, engine, readiness) as state:
        assert readiness.failures() == {}
        (verdict,) = await state.classifier.classify([ClassifyRequest("alpha")])
        assert verdict.rule == "alpha"
        with pytest.raises(ModelUnavailable, match="no address yet"):
            await state.classifier.classify([ClassifyRequest("beta")])


async def test_a_name_leads_to_the_model_server(tmp_path: Path) -> None:
    """By its name as by its address, also where it has one at which nobody listens."""
    engine = engine_of(tmp_path, make_rule("alpha", "alpha", "alpha"))
    with fake_model_server() as server:
        url = server.url.replace("127.0.0.1", "localhost")
        async with running(Settings(inference_url=url), engine, Readiness()) as state:
            verdicts = await state.classifier.classify([ClassifyRequest("a bonus")] * 3)
            assert [verdict.label for verdict in verdicts] == ["spam"] * 3
            assert server.received[0].headers["host"] == url.removeprefix("http://")
