"""Bodies of many clients at once, over real sockets."""

import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from fixtures.packs import word_rule, write_pack
from fixtures.serving import serving
from gateway.app import create_app
from gateway.settings import Settings

BATCH = "/v1/classify/batch"


def unfinished(url: str, path: str, size: int) -> socket.socket:
    """Return a connection over which all but the last byte of a body was sent."""
    where = urlsplit(url)
    connection = socket.create_connection((where.hostname, where.port))
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n"
    connection.sendall(head.encode() + b" " * (size - 1))
    return connection


def batch_of(size: int) -> bytes:
    """Return a batch of about that many bytes, which a rule decides."""
    item: dict[str, Any] = {"text": "prize", "explain": True}
    return json.dumps({"items": [item]}).encode() + b" " * size


def test_unfinished_bodies_are_bounded_together(tmp_path: Path) -> None:
    """What does not fit is answered with 503 at once; messages are, and all when there is room."""
    settings = Settings(
        rules_file=write_pack(tmp_path / "pack.yaml", word_rule("prize")),
        max_body_bytes=100_000,
        max_bodies_bytes=150_000,
    )
    with serving(create_app(settings)) as url:
        flood = [unfinished(url, path, 90_000) for path in (BATCH, "/v1/classify") * 2]
        deadline = time.monotonic() + 20
        while (answer := httpx2.post(url + BATCH, content=batch_of(90_000))).status_code == 200:
            assert time.monotonic() < deadline
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "150000 bytes" in answer.json()["detail"]
        assert httpx2.post(f"{url}/v1/classify", json={"text": "a prize"}).status_code == 200
        for connection in flood:
            connection.close()
        while httpx2.post(url + BATCH, content=batch_of(90_000)).status_code == 503:
            assert time.monotonic() < deadline
