"""Both services as they are ended in the middle of traffic, with another replica beside them."""

import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fixtures.processes import wait_until_ok
from fixtures.services import Stack, service

TEXT = "see you at six, as ever"
"""No rule knows it, so each message goes through both services."""

CLIENTS = 4
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "gateway": ("/v1/classify", {"text": TEXT}),
    "inference": (
        "/v2/models/spam-classifier/infer",
        {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [TEXT]}]},
    ),
}


@contextmanager
def replica(
    name: str, stack: Stack, folder: Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run one more of a service of the stack; yield it when it is ready."""
    beside = {
        "GATEWAY_INFERENCE_URL": stack.inference_url,
        "INFERENCE_TRACKING_URI": stack.mlflow.url,
        "INFERENCE_CACHE_DIR": str(folder / "model-cache"),
    }
    with service(name, folder, **beside, **environment) as (process, url):
        wait_until_ok(f"{url}/readyz", process, folder / f"{name}.log")
        yield process, url


class Traffic:
    """Clients with a connection each, that leave for `other` when they are told goodbye."""

    def __init__(self, path: str, body: dict[str, Any], first: str, other: str) -> None:
        """Prepare to send to `first`."""
        self.path, self.body, self.first, self.other = path, body, first, other
        self.over = threading.Event()
        self.answers: list[httpx2.Response] = []
        self.gone: list[int] = []
        """How many answers each client had had when it left."""
        self.errors: list[Exception] = []
        self.threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def _run(self) -> None:
        base = self.first
        with httpx2.Client(timeout=20) as client:
            count = 0
            while not self.over.is_set():
                try:
                    answer = client.post(f"{base}{self.path}", json=self.body)
                except httpx2.HTTPError as error:
                    self.errors.append(error)
                    return
                self.answers.append(answer)
                count += 1
                if answer.headers.get("connection") == "close":
                    self.gone.append(count)
                    base = self.other

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Send within the block."""
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in self.threads:
                thread.join()


@pytest.mark.parametrize("name", REQUESTS)
def test_a_replica_that_goes_loses_no_request(name: str, stack: Stack, tmp_path: Path) -> None:
    """Clients are sent away with an answer, the busy and the idle; not one request fails."""
    path, body = REQUESTS[name]
    other = stack.gateway_url if name == "gateway" else stack.inference_url
    drain = {f"{name.upper()}_DRAIN_SECONDS": "3"}
    with replica(name, stack, tmp_path, **drain) as (process, url), httpx2.Client() as idle:
        assert idle.post(url + path, json=body).headers.get("connection") != "close"
        traffic = Traffic(path, body, url, other)
        with traffic.flowing():
            while len(traffic.answers) < 10 * CLIENTS:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            while len(traffic.gone) < CLIENTS and not traffic.errors:
                assert process.poll() is None
                time.sleep(0.01)
            assert idle.get(f"{url}/readyz").status_code == 503
            said = idle.post(url + path, json=body)
            assert process.wait(20) == -signal.SIGTERM
        assert (said.status_code, said.headers["connection"]) == (200, "close")
    assert traffic.errors == []
    assert {answer.status_code for answer in traffic.answers} == {200}
    assert len(traffic.gone) == CLIENTS


@pytest.mark.parametrize("name", REQUESTS)
def test_what_is_in_flight_is_answered(name: str, stack: Stack, tmp_path: Path) -> None:
    """Without a time to drain too: a request whose body still comes after SIGTERM is served."""
    path, message = REQUESTS[name]
    body = json.dumps(message).encode()
    with replica(name, stack, tmp_path) as (process, url):
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            head = (
                f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\nexpect: 100-continue\r\n\r\n"
            )
            client.sendall(head.encode())
            assert client.recv(100).startswith(b"HTTP/1.1 100 ")  # so it has been accepted
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            client.sendall(body)
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close\r\n" in answer
        assert process.wait(10) == -signal.SIGTERM
