"""Facts about the download from UCI, against a server on loopback."""

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from trainer.dataset import uci
from trainer.dataset.errors import InvalidDataset, SourceUnavailable
from trainer.dataset.load import load

FILE = b"ham\thello\nspam\tWIN now\n"
PREFIX = hashlib.sha256(FILE).hexdigest()[:8]


def zipped(data: bytes) -> bytes:
    """Return UCI's archive with `data` as its file."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as packed:
        packed.writestr("SMSSpamCollection", data)
    return output.getvalue()


ANSWERS = {
    "/good.zip": (HTTPStatus.OK, zipped(FILE)),
    "/changed.zip": (HTTPStatus.OK, zipped(FILE + b"ham\tmore\n")),
    "/page": (HTTPStatus.OK, b"<html>maintenance</html>"),
    "/gone.zip": (HTTPStatus.NOT_FOUND, b""),
    "/huge.zip": (HTTPStatus.OK, bytes(17 * 1024 * 1024)),
}


class Site(BaseHTTPRequestHandler):
    """Answers as `ANSWERS` says."""

    def do_GET(self) -> None:
        """Answer one request."""
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Yield the URL of the site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_file_is_downloaded_and_checked(site: str) -> None:
    """The file in the archive is returned when its digest begins as it should."""
    assert uci.download(uci.Archive(f"{site}/good.zip", PREFIX)) == FILE


def test_uci_is_a_source(site: str) -> None:
    """The word `uci` loads the downloaded file, and the corpus says where it came from."""
    corpus = load("uci", archive=uci.Archive(f"{site}/good.zip", PREFIX))
    assert (corpus.labels, corpus.texts) == (["ham", "spam"], ["hello", "WIN now"])
    assert corpus.source == f"{site}/good.zip"


def test_a_changed_file_is_refused(site: str) -> None:
    """Another file than the known one is not trained on without a word."""
    with pytest.raises(SourceUnavailable, match=f"has SHA-256 [0-9a-f]{{64}}, not {PREFIX}…"):
        uci.download(uci.Archive(f"{site}/changed.zip", PREFIX))


def test_the_default_is_the_original_file(site: str) -> None:
    """Unless told otherwise, only the file that UCI published in 2012 is accepted."""
    assert uci.ARCHIVE.url.startswith("https://archive.ics.uci.edu/")
    with pytest.raises(SourceUnavailable, match="not 7d039a24…"):
        uci.download(uci.Archive(f"{site}/good.zip"))


def test_a_page_in_place_of_the_archive(site: str) -> None:
    """A site that answers with a page is told from the archive."""
    with pytest.raises(InvalidDataset, match="/page: is not a zip archive"):
        uci.download(uci.Archive(f"{site}/page", PREFIX))


def test_an_error_of_the_site(site: str) -> None:
    """An HTTP error says its status and what to do instead."""
    with pytest.raises(SourceUnavailable, match=r"404.*use the demo corpus"):
        uci.download(uci.Archive(f"{site}/gone.zip", PREFIX))


def test_too_large_an_answer(site: str) -> None:
    """What is far larger than the archive is not read to its end."""
    with pytest.raises(SourceUnavailable, match="is larger than 16777216 bytes"):
        uci.download(uci.Archive(f"{site}/huge.zip", PREFIX))


def test_no_internet() -> None:
    """A site that cannot be reached gives an error that says what to do without internet."""
    archive = uci.Archive("http://127.0.0.1:1/good.zip", PREFIX)
    with pytest.raises(SourceUnavailable, match="without internet, use the demo corpus"):
        uci.download(archive)
