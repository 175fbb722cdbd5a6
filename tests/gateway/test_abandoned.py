"""Clients that go away before they are answered, over real sockets."""

import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from prometheus_client import REGISTRY

from fixtures.gateway import FakeModelServer, Received, Reply, fake_model_server, model_reply
from fixtures.packs import word_rule, write_pack
from fixtures.serving import serving
from gateway.app import create_app
from gateway.settings import Settings


class Held:
    """A model server that answers nothing until it is let go."""

    def __init__(self, server: FakeModelServer) -> None:
        """Hold `server`."""
        self.server = server
        self.go = threading.Event()
        server.answer = self.answer

    def answer(self, received: Received) -> Reply:
        """Answer when it may."""
        assert self.go.wait(30)
        return model_reply(received)

    def texts(self) -> list[str]:
        """Return all texts that it was asked about."""
        return [
            text
            for received in self.server.received
            if received.method == "POST"
            for text in received.json["inputs"][0]["data"]
        ]


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def queued() -> float:
    """Return how many messages wait for a call."""
    found = REGISTRY.get_sample_value("hamgate_gateway_model_queue_texts")
    assert found is not None
    return found


def posted(url: str, path: str, body: object) -> socket.socket:
    """Return a connection over which a request was sent whose answer nobody has read."""
    where = urlsplit(url)
    content = json.dumps(body).encode()
    connection = socket.create_connection((where.hostname, where.port))
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(content)}\r\n\r\n"
    connection.sendall(head.encode() + content)
    return connection


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/classify/batch"])
def test_the_model_is_not_asked_for_who_has_gone(path: str, tmp_path: Path) -> None:
    """Of those that wait only the texts of clients that are still there are sent, and all counted.

    It is 499 that they are counted as; the one that stayed is answered.
    """
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))

    def body(text: str) -> object:
        return {"text": text} if path == "/v1/classify" else {"items": [{"text": text}]}

    def gone() -> float:
        labels = {"method": "POST", "route": path, "status": "499"}
        return REGISTRY.get_sample_value("hamgate_gateway_http_requests_total", labels) or 0

    before = gone()
    with fake_model_server() as server:
        held = Held(server)
        settings = Settings(inference_url=server.url, rules_file=pack, model_calls=1)
        with serving(create_app(settings)) as url:
            first = posted(url, path, body("the first"))
            until(lambda: held.texts() == ["the first"])
            left = [posted(url, path, body(f"left {number}")) for number in range(8)]
            stays = posted(url, path, body("stays"))
            until(lambda: queued() == 9)
            for connection in left:
                connection.close()
            until(lambda: gone() == before + 8)
            held.go.set()
            for connection in (first, stays):
                assert connection.recv(65536).startswith(b"HTTP/1.1 200")
                connection.close()
            assert held.texts() == ["the first", "stays"]
            assert httpx2.get(f"{url}/livez").status_code == 200
