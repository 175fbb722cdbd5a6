import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fixtures.processes import free_port
from trainer.promotion.serving import Serving, ask

METADATA = (
    b'{"name":"spam-classifier","versions":["7"],"platform":"sklearn","inputs":[],"outputs":[]}'
)
PATH = "/v2/models/spam-classifier"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Run a server that answers one request for the model's metadata."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == PATH else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        thread.join()


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_model_server_says_what_it_serves(slash: str) -> None:
    """It is the version in its metadata."""
    with answering(200, METADATA) as url:
        assert ask(url + slash) == Serving(url + slash, version="7")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, METADATA, "503"),
        (200, METADATA.replace(b'"7"', b""), "serves no version"),
        (200, b"<html>", "malformed"),
        (200, b'{"name": 7}', "Expected"),
    ],
)
def test_an_answer_that_says_nothing_is_told(status: int, body: bytes, error: str) -> None:
    """Asking never fails: the status is about the registry."""
    with answering(status, body) as url:
        serving = ask(url)
    assert serving.version is None
    assert error in str(serving.error)


def test_a_model_server_that_is_away_is_told() -> None:
    """With the system's reason."""
    url = f"http://127.0.0.1:{free_port()}"
    serving = ask(url)
    assert (serving.url, serving.version) == (url, None)
    assert "refused" in str(serving.error)
