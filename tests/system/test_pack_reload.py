"""The promise of the rules: another pack decides; no failed request, and no mixed answer."""

import asyncio
import itertools
import logging
import re
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fixtures.gateway import Received, Reply, fake_model_server, model_reply
from fixtures.packs import ConfigMapMount, make_pack, make_rule, rename_over
from fixtures.processes import free_port, running, wait_until_ok

log = logging.getLogger(__name__)

RATE = 200
"""Requests a second that are tried for, over all connections; what was reached is logged."""
CONNECTIONS = 24
REQUESTS = 1500
RELOADS = 12
"""The load goes on until so many requests were answered, and so many good packs were taken."""

MODEL_SECONDS = 0.1
"""How long the model takes, so that at every swap there are batches that wait for it."""

TEXT, MODEL_TEXT = "Alpha, beta and gamma", "a bonus, says the model"
"""What a rule of every pack decides, and what none does."""

# Enough beside the one that decides for a load to take a while, in which requests come in.
_FILLERS = [
    make_rule(f"filler-{i}", f"filler {i} ?(of|in) many", f"filler {i} of many") for i in range(100)
]
A = make_pack("1.0.0", make_rule("rule-of-a", "alpha", "alpha"), *_FILLERS)
B = make_pack("2.0.0", make_rule("rule-of-b", "beta", "beta"), *_FILLERS)
BAD = make_pack(
    "3.0.0",
    make_rule("rule-of-c", "gamma", "gamma"),
    *_FILLERS,
    make_rule("fails", "gamma", "delta"),
)
"""A pack that would decide too, but for one example that does not hold."""
RIGHT = {("1.0.0", "rule-of-a"), ("2.0.0", "rule-of-b")}

Replace = Callable[[bytes], object]


@dataclass
class Gateway:
    """A real gateway, and how the file of its pack is replaced."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    replace: Replace


@dataclass
class Load:
    """Sends requests over several connections until told to stop, and keeps every answer."""

    session: aiohttp.ClientSession
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    results: list[list[dict[str, Any]]] = field(default_factory=list)
    """What each request was answered: one result, or those of a batch."""
    failures: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Send at the rate, every other request a batch."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CONNECTIONS):
                tasks.create_task(self._client())

    async def _client(self) -> None:
        one: dict[str, Any] = {"text": TEXT}
        batch = {"items": [one, {"text": MODEL_TEXT}] * 3}
        requests = itertools.cycle([("/v1/classify", one), ("/v1/classify/batch", batch)])
        clock = asyncio.get_running_loop().time
        due = clock()
        while not self.stop.is_set():
            await self._send(*next(requests))
            due += CONNECTIONS / RATE
            await asyncio.sleep(max(0.0, due - clock()))

    async def _send(self, path: str, body: dict[str, Any]) -> None:
        try:
            async with self.session.post(path, json=body) as response:
                answer = await response.json()
                if response.status == 200:
                    self.results.append(answer.get("results", [answer]))
                else:
                    self.failures.append(f"{response.status}: {answer}")
        except (aiohttp.ClientError, TimeoutError) as error:
            self.failures.append(repr(error))


def slowly(received: Received) -> Reply:
    """Answer as the model does, but later."""
    time.sleep(MODEL_SECONDS)
    return model_reply(received)


@contextmanager
def gateway_of(folder: Path, pack: Path, replace: Replace) -> Iterator[Gateway]:
    """Run a gateway with a pack, before a model server."""
    port, log = free_port(), folder / "gateway.log"
    with fake_model_server() as model_server:
        model_server.answer = slowly
        variables = {
            "GATEWAY_PORT": str(port),
            "GATEWAY_INFERENCE_URL": model_server.url,
            "GATEWAY_RULES_FILE": str(pack),
            "GATEWAY_RULES_POLL_SECONDS": "0.05",
        }
        with running(["gateway"], variables, log) as process:
            url = f"http://127.0.0.1:{port}"
            wait_until_ok(f"{url}/readyz", process, log)
            yield Gateway(process, url, log, replace)


@pytest.fixture(params=["rename", "config map"])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway whose pack is a file that is renamed over, or in a ConfigMap that is swapped."""
    if request.param == "rename":
        path = tmp_path / "pack.yaml"
        path.write_bytes(A)
        with gateway_of(tmp_path, path, lambda content: rename_over(path, content)) as started:
            yield started
    else:
        (tmp_path / "mount").mkdir()
        mount = ConfigMapMount(tmp_path / "mount", A)
        with gateway_of(tmp_path, mount.path, mount.update) as started:
            yield started


@pytest.fixture
async def session(gateway: Gateway) -> AsyncIterator[aiohttp.ClientSession]:
    """A client's connections to the gateway."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(gateway.url, timeout=timeout) as session:
        yield session


async def shown(session: aiohttp.ClientSession) -> dict[str, Any]:
    """Return what the gateway says of its pack."""
    async with session.get("/v1/rules") as response:
        found: dict[str, Any] = await response.json()
        return found


async def put(gateway: Gateway, session: aiohttp.ClientSession, content: bytes) -> None:
    """Replace the pack, and wait until the gateway says that it serves, or that it is bad."""
    version = re.search(r"version: ([\d.]+)", content.decode()).group(1)  # type: ignore[union-attr]
    gateway.replace(content)
    while True:
        pack = await shown(session)
        if (content is BAD and pack["trouble"]) or pack["version"] == version:
            return
        await asyncio.sleep(0.02)


async def test_packs_are_replaced_under_load(
    gateway: Gateway, session: aiohttp.ClientSession
) -> None:
    """Two good packs in turn and a bad one in between: every answer is of one of the good ones.

    200 requests a second are tried for; a slow machine makes it fewer, and the test no weaker.
    All results of a batch are of the same one, also those that the model decided; and once the
    gateway has said that a pack serves, no later request is answered by another.
    """
    load, started = Load(session), time.monotonic()
    loading = asyncio.create_task(load.run())
    good = bad = 0
    for version, content in itertools.cycle([("2.0.0", B), ("2.0.0", BAD), ("1.0.0", A)]):
        await put(gateway, session, content)
        good, bad = good + (content is not BAD), bad + (content is BAD)
        async with session.post("/v1/classify", json={"text": TEXT}) as response:
            assert (await response.json())["pack"]["version"] == version
        if good >= RELOADS and len(load.results) >= REQUESTS:
            break
    load.stop.set()
    await loading
    rate = len(load.results) / (time.monotonic() - started)
    log.info("%.0f requests a second, of %d that were tried for", rate, RATE)

    assert load.failures == []
    decided = Counter(
        (result["pack"]["version"], result["rule"])
        for results in load.results
        for result in results
        if result["layer"] == "heuristic"
    )
    assert set(decided) == RIGHT
    assert all(len({r["pack"]["version"] for r in results}) == 1 for results in load.results)
    layers = [[result["layer"] for result in results] for results in load.results]
    assert {tuple(of) for of in layers} == {("heuristic",), ("heuristic", "model") * 3}
    async with session.get("/metrics") as response:
        metrics = await response.text()
    assert f'hamgate_gateway_pack_reloads_total{{outcome="ok"}} {good}.0' in metrics
    assert f'hamgate_gateway_pack_reloads_total{{outcome="failed"}} {bad}.0' in metrics
    assert gateway.process.poll() is None
    lines = gateway.log.read_text()
    assert lines.count('"event": "pack_rejected"') == bad
    assert "Traceback" not in lines
