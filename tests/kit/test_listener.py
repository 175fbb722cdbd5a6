"""A real service of ours, and clients that connect just before it ends."""

import signal
import socket
from functools import partial
from pathlib import Path

from fixtures.processes import wait_until_ok
from fixtures.services import service

REQUEST = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n"
CLIENTS = 50


def test_who_has_connected_is_answered(tmp_path: Path) -> None:
    """All that the system has accepted when the service is told to end, and told to go then."""
    with service("gateway", tmp_path) as (process, url):
        wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
        process.send_signal(signal.SIGSTOP)
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        clients = [socket.create_connection(address, timeout=20) for _ in range(CLIENTS)]
        for client in clients[: CLIENTS // 2]:
            client.sendall(REQUEST)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        for client in clients[CLIENTS // 2 :]:
            client.sendall(REQUEST)
        for client in clients:
            with client:
                answer = b"".join(iter(partial(client.recv, 65536), b""))
            assert answer.startswith(b"HTTP/1.1 200 ")
        assert process.wait(20) == -signal.SIGTERM
