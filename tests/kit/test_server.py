"""A real service of ours, the gateway, as it is ended."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from fixtures.processes import free_port, wait_until_ok
from fixtures.services import service

SPAM = {"text": "You have WON a £2000 prize! Call 09061701461 now to claim"}
"""A rule decides it, so the gateway needs no model server."""


def connected(url: str) -> socket.socket:
    """Return a connection to a service."""
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)


def answered(client: socket.socket) -> bytes:
    """Return all that comes until the service closes."""
    return b"".join(iter(lambda: client.recv(65536), b""))


@contextmanager
def in_flight(url: str) -> Iterator[Callable[[], bytes]]:
    """Begin a request, until it is accepted; yield what sends its body and returns the answer."""
    body = json.dumps(SPAM).encode()
    head = (
        "POST /v1/classify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nexpect: 100-continue\r\n\r\n"
    )
    with connected(url) as client:

        def finish() -> bytes:
            client.sendall(body)
            return answered(client)

        client.sendall(head.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        yield finish


def wait_until_refused(url: str) -> None:
    """Wait until connections are refused."""
    while True:
        try:
            connected(url).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.01)


def test_unready_first_then_drained(tmp_path: Path) -> None:
    """After SIGTERM it is live, not ready, and answers until the time is over; then it ends."""
    with service("gateway", tmp_path, GATEWAY_DRAIN_SECONDS="5") as (process, url):
        wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
        process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 1
        while httpx2.get(f"{url}/readyz").status_code != 503:
            assert time.monotonic() < deadline
        assert httpx2.get(f"{url}/livez").status_code == 200
        assert httpx2.post(f"{url}/v1/classify", json=SPAM).json()["label"] == "spam"
        assert process.wait(20) == -signal.SIGTERM
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{url}/livez")


def test_a_second_signal_ends_the_draining(tmp_path: Path) -> None:
    """Whoever asks twice does not want to wait."""
    with service("gateway", tmp_path, GATEWAY_DRAIN_SECONDS="600") as (process, url):
        wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
        process.send_signal(signal.SIGTERM)
        while httpx2.get(f"{url}/readyz").status_code != 503:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    """A second service on the same port ends with exit code 3 and says which address it is."""
    port = str(free_port())
    log = tmp_path / "gateway.log"
    with service("gateway", tmp_path, GATEWAY_PORT=port) as (first, _):
        wait_until_ok(f"http://127.0.0.1:{port}/readyz", first, log)
        with service("gateway", tmp_path, GATEWAY_PORT=port) as (second, _):
            assert second.wait(20) == 3
        assert f"('127.0.0.1', {port}): address already in use" in log.read_text()


def test_an_admin_port(tmp_path: Path) -> None:
    """Metrics and docs are there and not at the public port, which is first to go."""
    admin = f"http://127.0.0.1:{(admin_port := free_port())}"
    variables = {"GATEWAY_ADMIN_PORT": str(admin_port), "GATEWAY_SHUTDOWN_SECONDS": "15"}
    with service("gateway", tmp_path, **variables) as (process, url):
        wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
        for path in ("/metrics", "/v1/rules", "/docs", "/redoc", "/openapi.json"):
            statuses = [httpx2.get(f"{base}{path}").status_code for base in (admin, url)]
            assert (path, statuses) == (path, [200, 404])
        for base in (admin, url):
            assert httpx2.get(f"{base}/livez").status_code == 200
            assert httpx2.get(f"{base}/readyz").status_code == 200
            assert httpx2.post(f"{base}/v1/classify", json=SPAM).json()["label"] == "spam"
        with in_flight(url) as finish:
            process.send_signal(signal.SIGTERM)
            wait_until_refused(url)
            assert httpx2.get(f"{admin}/readyz").status_code == 503
            assert 'route="/v1/classify"' in httpx2.get(f"{admin}/metrics").text
            assert finish().startswith(b"HTTP/1.1 200 ")
        assert process.wait(20) == -signal.SIGTERM


def test_an_admin_port_drains_too(tmp_path: Path) -> None:
    """Each port answers for the drain's time, and says goodbye."""
    admin = f"http://127.0.0.1:{(admin_port := free_port())}"
    variables = {"GATEWAY_ADMIN_PORT": str(admin_port), "GATEWAY_DRAIN_SECONDS": "600"}
    with service("gateway", tmp_path, **variables) as (process, url):
        wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
        process.send_signal(signal.SIGTERM)
        for base in (url, admin):
            while httpx2.get(f"{base}/livez").headers.get("connection") != "close":
                time.sleep(0.01)
            assert httpx2.get(f"{base}/readyz").status_code == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM


def test_a_public_port_that_is_taken(tmp_path: Path) -> None:
    """With an admin port too it is exit code 3, and the app is ended in good order."""
    log = tmp_path / "gateway.log"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        variables = {"GATEWAY_PORT": port, "GATEWAY_ADMIN_PORT": str(free_port())}
        with service("gateway", tmp_path, **variables) as (process, _):
            assert process.wait(30) == 3
    assert f"('127.0.0.1', {port}): address already in use" in log.read_text()
    assert "Application shutdown complete." in log.read_text()
    assert "Traceback" not in log.read_text()


def test_bounds_in_a_real_process(tmp_path: Path) -> None:
    """Of a head's length and time, and of connections; each is a setting."""
    variables = {
        "GATEWAY_MAX_HEAD_BYTES": "2000",
        "GATEWAY_HEAD_SECONDS": "1",
        "GATEWAY_MAX_CONNECTIONS": "2",
    }
    with service("gateway", tmp_path, **variables) as (process, url):
        wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
        long = httpx2.get(f"{url}/livez", headers={"a": "x" * 2000})
        assert long.status_code == 431
        assert long.headers["content-type"] == "application/problem+json"
        with connected(url) as slow, connected(url) as other:
            slow.sendall(b"GET /livez HTT")
            with connected(url) as third:
                assert answered(third).startswith(b"HTTP/1.1 503 ")
            assert answered(slow).startswith(b"HTTP/1.1 408 ")
            other.sendall(b"GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n")
            assert answered(other).startswith(b"HTTP/1.1 200 ")
        metrics = httpx2.get(f"{url}/metrics").text
        for status in (408, 431, 503):
            labels = f'{{method="other",route="none",status="{status}"}}'
            assert f"hamgate_gateway_http_requests_total{labels} 1.0" in metrics
