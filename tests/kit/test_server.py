"""A real service of ours, the gateway, as it is ended."""

import signal
import time
from pathlib import Path

import httpx2
import pytest

from fixtures.processes import free_port, wait_until_ok
from fixtures.services import service

SPAM = {"text": "You have WON a £2000 prize! Call 09061701461 now to claim"}
"""A rule decides it, so the gateway needs no model server."""


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
