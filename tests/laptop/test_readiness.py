"""Waiting for services and asking MLflow, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from laptop.errors import NotReady, RegistryUnusable
from laptop.readiness import production_version, wait_until_ready

LOG = Path("logs/inference.log")
Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """Give a client, and the address of a server that answers every GET with `answer`."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as client:
            yield client, f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def test_it_waits_until_the_answer_is_200() -> None:
    """Answers other than 200 are asked again, the first 200 is enough."""
    statuses = iter([503, 404, 200])

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=next(statuses))

    async def main() -> None:
        async with answering(answer) as (client, url):
            await wait_until_ready(client, "inference", url, 10, LOG)

    asyncio.run(main())
    assert next(statuses, None) is None


def test_the_last_answer_is_told() -> None:
    """A service that stays unready is named with its last answer, on one line."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=503, text='{"failures":\n ["no version"]}')

    async def main() -> None:
        async with answering(answer) as (client, url):
            await wait_until_ready(client, "inference", f"{url}/readyz", 0.5, LOG)

    with pytest.raises(NotReady) as raised:
        asyncio.run(main())
    message = str(raised.value)
    assert "inference was not ready within 0.5 s" in message
    assert '/readyz: 503 {"failures": ["no version"]}' in message
    assert f"see {LOG}" in message
    assert "\n" not in message


def test_silence_is_told() -> None:
    """A service that never answers is said not to answer."""

    async def main() -> None:
        async with aiohttp.ClientSession() as client:
            await wait_until_ready(client, "mlflow", "http://127.0.0.1:9/health", 0.3, LOG)

    with pytest.raises(NotReady, match="it does not answer"):
        asyncio.run(main())


async def ask_registry(status: int, body: str) -> str | None:
    """Return what is made of MLflow's answer to the question which version serves."""

    async def answer(request: web.Request) -> web.Response:
        assert request.path == "/api/2.0/mlflow/registered-models/alias"
        assert dict(request.query) == {"name": "spam-classifier", "alias": "Production"}
        return web.Response(status=status, text=body, content_type="application/json")

    async with answering(answer) as (client, url):
        return await production_version(client, url)


def test_the_version_that_serves_is_returned() -> None:
    """The alias's version is taken from MLflow's answer."""
    body = '{"model_version": {"name": "spam-classifier", "version": "12"}}'
    assert asyncio.run(ask_registry(200, body)) == "12"


@pytest.mark.parametrize(
    ("status", "code"), [(404, "RESOURCE_DOES_NOT_EXIST"), (400, "INVALID_PARAMETER_VALUE")]
)
def test_no_model_and_no_alias_are_no_version(status: int, code: str) -> None:
    """MLflow 3 says 404 when the model is missing, 400 when only its alias is."""
    assert asyncio.run(ask_registry(status, f'{{"error_code": "{code}"}}')) is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, '{"error_code": "INTERNAL_ERROR"}'), (502, "<html>"), (200, "{}"), (404, "not found")],
)
def test_another_answer_starts_no_training(status: int, body: str) -> None:
    """A registry that is broken is not taken for an empty one."""
    with pytest.raises(RegistryUnusable):
        asyncio.run(ask_registry(status, body))
