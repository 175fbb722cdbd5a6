"""Facts about the program: how it starts, how it refuses to, how it ends, what it loads."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from fixtures.gateway import FakeModelServer, Received, Reply, fake_model_server
from fixtures.packs import make_pack, make_rule
from fixtures.processes import free_port, running, wait_until_ok

BAD_PACK = """
name: bad
version: "1"
description: A pattern that does not compile.
rules:
  - id: broken
    verdict: spam
    state: enforce
    group: test
    description: Broken.
    pattern: "(free"
    spam_examples: [free]
    ham_examples: [hi]
"""


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m gateway` until it ends by itself."""
    variables = {"GATEWAY_PORT": str(free_port()), **environment}
    return subprocess.run(
        [sys.executable, "-m", "gateway"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=60,
    )


@dataclass(frozen=True)
class Gateway:
    """A running gateway."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def end(self) -> float:
        """Send SIGTERM; return how many seconds the process took to end."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - start


@pytest.fixture
def model_server() -> Iterator[FakeModelServer]:
    """A model server that answers."""
    with fake_model_server() as server:
        yield server


@pytest.fixture
def gateway(tmp_path: Path, model_server: FakeModelServer) -> Iterator[Gateway]:
    """A gateway before that model server."""
    port, log = free_port(), tmp_path / "gateway.log"
    url = f"http://127.0.0.1:{port}"
    pack = tmp_path / "pack.yaml"
    pack.write_bytes(make_pack("1", make_rule("alpha", "alpha", "alpha")))
    variables = {
        "GATEWAY_PORT": str(port),
        "GATEWAY_INFERENCE_URL": model_server.url,
        "GATEWAY_RULES_FILE": str(pack),
    }
    with running(["gateway"], variables, log) as process:
        wait_until_ok(f"{url}/readyz", process, log)
        yield Gateway(process, url, log)


def test_a_bad_pack_ends_the_start(tmp_path: Path) -> None:
    """Exit code 1 and one line with file, rule, field and fault; no traceback."""
    path = tmp_path / "bad.yaml"
    path.write_text(BAD_PACK)
    ended = run(tmp_path, GATEWAY_RULES_FILE=str(path))
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"the rule pack cannot be used: {path}: rule 'broken': pattern: ")
    assert ended.stdout == ""


def test_a_missing_pack_ends_the_start(tmp_path: Path) -> None:
    """The gateway does not fall back to another pack than the one it was told."""
    ended = run(tmp_path, GATEWAY_RULES_FILE="nowhere.yaml")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("the rule pack cannot be used: nowhere.yaml: cannot be read: ")


def test_bad_keys_end_the_start(tmp_path: Path) -> None:
    """Exit code 1 and one line with file, line and fault; a key put there is not shown."""
    path = tmp_path / "keys"
    path.write_text("shop a-key-itself\n")
    ended = run(tmp_path, GATEWAY_API_KEYS_FILE=str(path))
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"the API keys cannot be used: {path}: line 1: must be a name")
    assert "a-key-itself" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_PORT", "abc"),
        ("GATEWAY_INFERENCE_URL", "ftp://model"),
        ("GATEWAY_MODEL_SECONDS", "0"),
        ("GATEWAY_LOG_LEVEL", "loud"),
        ("GATEWAY_DATABASE_MIGRATE", "perhaps"),
    ],
)
def test_a_bad_setting_ends_the_start(tmp_path: Path, name: str, value: str) -> None:
    """Exit code 2 and one line with the variable's name and its value."""
    ended = run(tmp_path, **{name: value})
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"{name}: ")
    assert line.endswith(f"(it is {value!r})")


def test_a_bad_address_of_a_database_is_not_shown(tmp_path: Path) -> None:
    """Exit code 2 and one line with the variable and what it must be: it can have a password."""
    ended = run(tmp_path, GATEWAY_DATABASE_URL="mysql://anna:secret@host/base")
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("GATEWAY_DATABASE_URL: ")
    assert "must begin with postgresql://" in line
    assert "secret" not in line


def test_every_bad_setting_is_named(tmp_path: Path) -> None:
    """Two bad ones are two lines, so that nobody needs two attempts."""
    ended = run(tmp_path, GATEWAY_PORT="0", GATEWAY_MAX_BATCH_SIZE="many")
    assert ended.returncode == 2
    names = {line.partition(":")[0] for line in ended.stderr.splitlines()}
    assert names == {"GATEWAY_PORT", "GATEWAY_MAX_BATCH_SIZE"}


def test_a_port_in_use_ends_the_start(tmp_path: Path, gateway: Gateway) -> None:
    """Two gateways on one port: the second says so and ends with uvicorn's exit code 3."""
    pack = str(tmp_path / "pack.yaml")
    ended = run(tmp_path, GATEWAY_PORT=gateway.url.rpartition(":")[2], GATEWAY_RULES_FILE=pack)
    assert ended.returncode == 3
    assert "address already in use" in ended.stderr


def test_sigterm_ends_it(gateway: Gateway) -> None:
    """Within seconds, open connections or not, and with the signal as its exit status (-15)."""
    with httpx2.Client() as client:  # its connection is kept, and idle, when the signal comes
        answer = client.post(f"{gateway.url}/v1/classify", json={"text": "a bonus"})
        assert answer.json()["label"] == "spam"
        assert gateway.end() < 5
    assert gateway.process.returncode == -signal.SIGTERM
    assert "Traceback" not in gateway.log.read_text()


def test_sigterm_lets_requests_finish(gateway: Gateway, model_server: FakeModelServer) -> None:
    """A request that waits for the model when the signal comes still gets its answer."""
    asked, may_answer = threading.Event(), threading.Event()
    usual = model_server.answer

    def wait(received: Received) -> Reply:
        asked.set()
        may_answer.wait(20)
        return usual(received)

    model_server.answer = wait
    answers: list[httpx2.Response] = []
    message = {"text": "a bonus"}

    def ask() -> None:
        answers.append(httpx2.post(f"{gateway.url}/v1/classify", json=message, timeout=20))

    asking = threading.Thread(target=ask)
    asking.start()
    assert asked.wait(10)
    gateway.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert gateway.process.poll() is None
    may_answer.set()
    asking.join(20)
    assert [answer.json()["label"] for answer in answers] == ["spam"]
    assert gateway.process.wait(10) == -signal.SIGTERM


def test_no_text_reaches_the_log(gateway: Gateway, model_server: FakeModelServer) -> None:
    """Not of a message that is answered, refused, or met by a broken model server."""
    secret = "xyzzy-4711"
    good, bad = {"text": secret}, {"text": secret, secret: secret}
    statuses = [httpx2.post(f"{gateway.url}/v1/classify", json=j).status_code for j in (good, bad)]
    model_server.answer = lambda received: Reply(received.body, close=True)
    statuses.append(httpx2.post(f"{gateway.url}/v1/classify", json=good).status_code)
    assert statuses == [200, 422, 503]
    gateway.end()
    assert secret not in gateway.log.read_text()


def test_neither_model_nor_database_library_is_loaded() -> None:
    """`gateway.app` imports neither MLflow nor scikit-learn nor NumPy, so its image needs none.

    SQLAlchemy is imported where a database is set, and takes no memory where none is.
    """
    code = (
        "import sys, gateway.app, gateway.__main__\n"
        "heavy = {'mlflow', 'sklearn', 'numpy', 'scipy', 'skops', 'pandas', 'joblib',\n"
        "         'sqlalchemy', 'alembic', 'psycopg2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
