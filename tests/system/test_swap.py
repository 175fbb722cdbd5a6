"""The promise of the house: another version serves, no restart, no failed request."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from mlflow import MlflowClient

from fixtures.processes import kill
from fixtures.services import POLL_SECONDS, Stack, running_stack

RATE = 50
"""Requests a second."""

LOAD_SECONDS = 20
"""To load a version, in a process of the lowest priority: three on a machine that is idle."""

HAM = "I'll be home late, don't wait with dinner"


class Answer(NamedTuple):
    """An answer, and when its request was sent and when it came."""

    sent_at: float
    came_at: float
    response: httpx2.Response

    @property
    def version(self) -> str:
        """The version of the model that answered."""
        version: str = self.response.json()["model"]["version"]
        return version


@dataclass
class Load:
    """Sends requests at a steady rate and keeps every answer."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def run_while(self, work: Callable[[], None]) -> None:
        """Send while `work` runs in a thread, and for two poll intervals afterwards."""
        async with httpx2.AsyncClient(timeout=10) as client, asyncio.TaskGroup() as tasks:
            working = asyncio.create_task(asyncio.to_thread(work))
            stop_at = float("inf")
            while time.monotonic() < stop_at:
                tasks.create_task(self._send(client))
                await asyncio.sleep(1 / RATE)
                if working.done() and stop_at == float("inf"):
                    stop_at = time.monotonic() + 2 * POLL_SECONDS + 1
            working.result()

    async def _send(self, client: httpx2.AsyncClient) -> None:
        sent_at = time.monotonic()
        try:
            answer = await client.post(f"{self.url}/v1/classify", json={"text": HAM})
        except httpx2.TransportError as error:
            self.failures.append(repr(error))
        else:
            self.answers.append(Answer(sent_at, time.monotonic(), answer))


async def test_promotion_under_load_swaps_within_the_poll_interval(stack: Stack) -> None:
    """At 50 requests a second `trainer train` and `promote` change the version; nothing fails."""
    promoted_at = 0.0

    def train_and_promote() -> None:
        nonlocal promoted_at
        trained = stack.mlflow.train("--seed", "1", "--no-promote")
        assert trained["gate"]["passed"]
        assert not trained["promoted"]
        done = stack.mlflow.trainer("promote", trained["version"])
        assert done.returncode == 0, done.stderr
        promoted_at = time.monotonic()
        wait_for_version(stack, trained["version"])

    pids = stack.gateway.pid, stack.inference.pid
    load = Load(stack.gateway_url)
    await load.run_while(train_and_promote)

    assert load.failures == []
    assert {answer.response.status_code for answer in load.answers} == {200}
    old, new = ([a for a in load.answers if a.version == version] for version in ("1", "2"))
    assert len(old) + len(new) == len(load.answers)
    # Two that are under way at once may be answered in either order.
    first_new = min(answer.came_at for answer in new)
    assert max(answer.sent_at for answer in old) < first_new, "the version never goes back"
    # The interval, its jitter, and the time to download, verify and compile.
    assert min(answer.sent_at for answer in new) - promoted_at < POLL_SECONDS * 1.1 + LOAD_SECONDS
    assert stack.gateway.poll() is None
    assert stack.inference.poll() is None
    assert pids == (stack.gateway.pid, stack.inference.pid)


def wait_for_version(stack: Stack, version: str) -> None:
    """Wait for a version to answer, for the poll interval and some time to load."""
    deadline = time.monotonic() + POLL_SECONDS * 1.1 + LOAD_SECONDS
    while stack.classify(HAM).json()["model"]["version"] != version:
        assert time.monotonic() < deadline, f"version {version} does not answer"
        time.sleep(0.1)


def test_rollback_brings_the_version_before_back(stack: Stack) -> None:
    """`trainer rollback` is served like a promotion, by the same processes."""
    before = stack.classify(HAM).json()["model"]["version"]
    trained = stack.mlflow.train("--seed", "3")
    assert trained["promoted"]
    wait_for_version(stack, trained["version"])
    done = stack.mlflow.trainer("rollback")
    assert done.returncode == 0, done.stderr
    wait_for_version(stack, before)


def test_a_corrupt_version_leaves_the_old_one_serving(stack: Stack) -> None:
    """A version whose file was changed is not promoted; under the alias by hand, not served."""
    served = stack.classify(HAM).json()["model"]["version"]
    before = set(stack.folder.glob("artifacts/**/model.skops"))
    trained = stack.mlflow.train("--seed", "2", "--no-promote")
    (model,) = set(stack.folder.glob("artifacts/**/model.skops")) - before
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    assert stack.mlflow.trainer("promote", trained["version"]).returncode == 1
    registry = MlflowClient(stack.mlflow.url, stack.mlflow.url)
    registry.set_registered_model_alias("spam-classifier", "Production", trained["version"])

    failed = 'hamgate_inference_reloads_total{alias="Production",outcome="failed"} 1.0'
    deadline = time.monotonic() + POLL_SECONDS * 1.1 + LOAD_SECONDS
    while failed not in httpx2.get(f"{stack.inference_url}/metrics").text:
        assert time.monotonic() < deadline, "the version was not refused"
        time.sleep(0.1)
    assert "model.skops is corrupt" in stack.log_of("inference")
    assert stack.classify(HAM).json()["model"]["version"] == served
    assert httpx2.get(f"{stack.inference_url}/readyz").status_code == 200
    registry.set_registered_model_alias("spam-classifier", "Production", served)


def test_killing_mlflow_changes_nothing_for_classify(tmp_path: Path) -> None:
    """With MLflow dead the same version goes on answering, and stays ready."""
    with running_stack(tmp_path) as stack:
        before = stack.classify(HAM).json()
        kill(stack.mlflow.process)
        with pytest.raises(httpx2.TransportError):
            httpx2.get(f"{stack.mlflow.url}/health")
        time.sleep(3 * POLL_SECONDS)
        after = stack.classify(HAM)
        assert after.status_code == 200
        assert after.json() | {"id": ""} == before | {"id": ""}
        assert httpx2.get(f"{stack.inference_url}/readyz").status_code == 200
