import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from mlflow import MlflowClient
from pydantic import SecretStr
from sklearn.pipeline import Pipeline
from starlette.testclient import TestClient

from fixtures.mlflow import mlflow_server
from fixtures.models import FakeSource, ref
from fixtures.processes import wait_until_line, wait_until_ok
from fixtures.services import service
from fixtures.versions import Shelf
from inference.app import create_app
from inference.settings import Settings

HOOK = "/hooks/registry"
SECRET = "shared secret of the tests"


def headers(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers of a delivery, signed as MLflow does."""
    from mlflow.webhooks.delivery import _generate_hmac_signature  # noqa: PLC0415

    now = str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "X-MLflow-Delivery-Id": "id-1",
        "X-MLflow-Timestamp": now,
        "X-MLflow-Signature": _generate_hmac_signature(secret, "id-1", now, body.decode()),
    }


@pytest.fixture
def client(source: FakeSource) -> Iterator[TestClient]:
    """A client of the model server, which polls once an hour of its own accord."""
    settings = Settings(poll_seconds=3600, webhook_secret=SecretStr(SECRET))
    with TestClient(create_app(settings, source)) as client:
        wait_for_version(client, "1")
        yield client


def wait_for_version(client: TestClient, version: str) -> None:
    """Wait for a version to serve."""
    deadline = time.monotonic() + 10
    while client.get(f"/v2/models/spam-classifier/versions/{version}").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_hint_lets_the_alias_be_looked_up(client: TestClient, source: FakeSource) -> None:
    """Long before the interval is over; what the hint says is not read."""
    source.alias = ref("2")
    body = json.dumps({"entity": "model_version", "data": {"version": "99"}}).encode()
    answer = client.post(HOOK, content=body, headers=headers(body))
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    wait_for_version(client, "2")


def test_a_stranger_is_refused(client: TestClient) -> None:
    """No signature, or one of another secret: 401 as a problem, without the secret in it."""
    for given in ({"Content-Type": "application/json"}, headers(b"{}", "guessed")):
        refused = client.post(HOOK, content=b"{}", headers=given)
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert SECRET not in refused.text


def test_bodies_are_bounded(client: TestClient) -> None:
    """Nobody's longer one is read, and none that is no JSON."""
    long = json.dumps("x" * 65536).encode()
    assert client.post(HOOK, content=long, headers=headers(long)).status_code == 413
    assert client.post(HOOK, content=b"{", headers=headers(b"{")).status_code == 400


def test_without_a_secret_there_is_no_hook(source: FakeSource) -> None:
    """The setting switches it on."""
    with TestClient(create_app(Settings(), source)) as client:
        assert client.post(HOOK, content=b"{}", headers=headers(b"{}")).status_code == 404


def test_mlflow_itself_is_believed(
    tmp_path: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real server delivers its webhook, and the version serves an hour before the next poll."""
    # MLflow calls no address of this machine, and none without TLS, unless it is told to.
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOWED_SCHEMES", "http")
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")
    monkeypatch.setenv("MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY", Fernet.generate_key().decode())
    told = {
        "INFERENCE_POLL_SECONDS": "3600",
        "INFERENCE_CACHE_DIR": str(tmp_path / "cache"),
        "INFERENCE_WEBHOOK_SECRET": SECRET,
    }
    log = tmp_path / "inference.log"
    with mlflow_server(tmp_path) as server:
        told["INFERENCE_TRACKING_URI"] = server.url
        with service("inference", tmp_path, **told) as (process, url):
            wait_until_line("alias_names_nothing", process, log)
            MlflowClient(server.url, server.url).create_webhook(
                "swap", f"{url}{HOOK}", ["model_version_alias.created"], secret=SECRET
            )
            Shelf(server, pipeline).put()
            wait_until_ok(f"{url}/readyz", process, log)
