"""Facts about `POST /v1/feedback`: what is kept, what is refused, what a database away does."""

import hashlib
import json
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from fixtures.packs import make_pack, make_rule
from fixtures.postgres import PostgresServer, create_database, postgres_server
from fixtures.processes import free_port, kill, wait_until_ok
from fixtures.services import service
from fixtures.serving import serving
from gateway.app import create_app
from gateway.settings import Settings
from kit.problems import Problem
from store.engine import WRITES_FIRST, open_engine
from store.feedback import read_feedback
from store.migrating import upgrade
from store.records import Feedback

PATH = "/v1/feedback"
SPAM = {"text": "WIN a prize", "label": "spam", "reporter": "anna"}


def settings_of(folder: Path, database: str | None, **change: Any) -> Settings:
    """Return settings with a small limit of text, a rule, no model server, and a database."""
    (pack := folder / "pack.yaml").write_bytes(make_pack("1", make_rule("alpha", "alpha", "alpha")))
    fields = {
        "inference_url": f"http://127.0.0.1:{free_port()}",
        "rules_file": pack,
        "max_text_bytes": 100,
        "database_url": database,
        "database_migrate": True,
        "feedback_seconds": 10,
    }
    return Settings(**{**fields, **change})


@pytest.fixture
def client(tmp_path: Path, database_url: str) -> Iterator[TestClient]:
    """A client of a gateway with an empty database of each kind."""
    with TestClient(create_app(settings_of(tmp_path, database_url))) as client:
        yield client


@pytest.fixture
def sqlite_client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a gateway with a SQLite database."""
    url = f"sqlite:///{tmp_path}/store/hamgate.db"
    with TestClient(create_app(settings_of(tmp_path, url))) as client:
        yield client


@contextmanager
def rows_of(url: str) -> Iterator[list[Feedback]]:
    """Give all that is kept in a database."""
    engine = open_engine(url)
    try:
        yield list(read_feedback(engine))
    finally:
        engine.dispose()


def problem(response: Any, status: int) -> str:
    """Return the detail of a problem, after checking that it is one of this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: str = msgspec.json.decode(response.content, type=Problem).detail
    return found


# What is kept


def test_feedback_is_kept(client: TestClient, database_url: str) -> None:
    """201 with number and moment; in the database is all that was said."""
    body = {**SPAM, "id": "m-1", "key": "k-1"}
    answer = client.post(PATH, json=body)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    receipt = answer.json()
    assert receipt.keys() == {"feedback", "received_at", "repeated"}
    assert receipt["repeated"] is False
    with rows_of(database_url) as (row,):
        assert row == Feedback(
            id=receipt["feedback"],
            reporter="anna",
            source=None,
            decision_id="m-1",
            text="WIN a prize",
            label="spam",
            received_at=datetime.fromisoformat(receipt["received_at"]),
        )


def test_a_repetition_is_200_with_the_first_receipt(client: TestClient, database_url: str) -> None:
    """By the client's key, and without one by what is said."""
    for body in ({**SPAM, "key": "k"}, SPAM):
        first, again = client.post(PATH, json=body), client.post(PATH, json=body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == {**first.json(), "repeated": True}
    with rows_of(database_url) as rows:
        assert len(rows) == 2


def test_a_key_with_other_feedback_is_409(client: TestClient, database_url: str) -> None:
    """Nothing is changed, and nothing kept."""
    client.post(PATH, json={**SPAM, "key": "k"})
    refused = client.post(PATH, json={**SPAM, "key": "k", "label": "ham"})
    assert "this key of this reporter came before" in problem(refused, 409)
    assert client.post(PATH, json={**SPAM, "key": "k", "reporter": "bob"}).status_code == 201
    with rows_of(database_url) as rows:
        assert [(row.reporter, row.label) for row in rows] == [("anna", "spam"), ("bob", "spam")]


@pytest.mark.parametrize("message", [" ", "\x01\x7f\u200b", "😀" * 25, "é" * 50, "x" * 100])
def test_any_text_within_the_limit_is_kept(
    client: TestClient, database_url: str, message: str
) -> None:
    """As it was written, but for NUL; the limit itself is allowed, in bytes."""
    assert client.post(PATH, json={**SPAM, "text": message}).status_code == 201
    with rows_of(database_url) as (row,):
        assert row.text == message


def test_the_same_key_from_twenty_at_once_is_one_row(tmp_path: Path, database_url: str) -> None:
    """One 201 and nineteen 200 with its receipt, through two gateways with one database."""
    settings = settings_of(tmp_path, database_url)
    body = {**SPAM, "key": "k"}
    with (
        serving(create_app(settings)) as one,
        serving(create_app(settings)) as other,
        ThreadPoolExecutor(20) as pool,
    ):
        addresses = [one, other] * 10
        answers = list(pool.map(lambda u: httpx2.post(u + PATH, json=body, timeout=30), addresses))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({(a.json()["feedback"], a.json()["received_at"]) for a in answers}) == 1
    with rows_of(database_url) as rows:
        assert len(rows) == 1


def test_a_key_of_the_api_is_the_source(tmp_path: Path) -> None:
    """Who has none is refused; the key's name is kept, and each has its own repetitions."""
    keys = {name: f"secret of {name}" for name in ("shop", "app")}
    lines = [f"{n} {hashlib.sha256(k.encode()).hexdigest()}\n" for n, k in keys.items()]
    (file := tmp_path / "keys").write_text("".join(lines))
    url = f"sqlite:///{tmp_path}/hamgate.db"
    with TestClient(create_app(settings_of(tmp_path, url, api_keys_file=file))) as client:
        problem(client.post(PATH, json=SPAM), 401)
        problem(client.post(PATH, json=SPAM, headers={"x-api-key": "wrong"}), 403)
        for key in keys.values():
            assert client.post(PATH, json=SPAM, headers={"x-api-key": key}).status_code == 201
    with rows_of(url) as rows:
        assert [row.source for row in rows] == ["shop", "app"]


def test_the_docs_are_true(sqlite_client: TestClient) -> None:
    """What docs/api.md shows can be sent, and is answered with what it shows."""
    page = (Path(__file__).parent.parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
    section = page.partition("## Feedback")[2]
    asked, answered = re.findall(r"```json\n(.*?)```", section, re.DOTALL)[:2]
    answer = sqlite_client.post(PATH, json=json.loads(asked))
    assert answer.status_code == 201
    shown = json.loads(answered)
    moment = datetime.fromisoformat(shown["received_at"])
    assert moment.tzinfo == datetime.fromisoformat(answer.json()["received_at"]).tzinfo == UTC
    changing = {name: answer.json()[name] for name in ("feedback", "received_at")}
    assert answer.json() == {**shown, **changing}


# What is refused


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"text": ...}, "one of the fields `text` and `id` is needed"),
        ({"text": ""}, "length >= 1 - at `$.text`"),
        ({"text": None}, "got `null` - at `$.text`"),
        ({"text": 5}, "got `int` - at `$.text`"),
        ({"text": "x" * 101}, "more than 100 bytes of UTF-8 - at `$.text`"),
        ({"text": "é" * 51}, "more than 100 bytes of UTF-8 - at `$.text`"),
        ({"text": "a\x00b"}, "at `$.text`"),
        ({"label": ...}, "missing required field `label`"),
        ({"label": "SPAM"}, "at `$.label`"),
        ({"reporter": ...}, "missing required field `reporter`"),
        ({"reporter": ""}, "length >= 1 - at `$.reporter`"),
        ({"reporter": "x" * 129}, "length <= 128 - at `$.reporter`"),
        ({"reporter": "a\x00"}, "at `$.reporter`"),
        ({"id": ""}, "at `$.id`"),
        ({"id": "x" * 129}, "at `$.id`"),
        ({"id": "\x00"}, "at `$.id`"),
        ({"key": ""}, "at `$.key`"),
        ({"key": "x" * 129}, "at `$.key`"),
        ({"key": "\x00"}, "at `$.key`"),
        ({"source": "shop"}, "unknown field `source`"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_refused(
    sqlite_client: TestClient, change: dict[str, Any], detail: str
) -> None:
    """422 with the place of the fault."""
    body = {name: value for name, value in {**SPAM, **change}.items() if value is not ...}
    assert detail in problem(sqlite_client.post(PATH, json=body), 422)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b'{"text": "\\ud800"}', 400), (b"\xff", 400), (b" " * 200_000, 413)],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_read_is_refused(
    sqlite_client: TestClient, body: bytes, status: int
) -> None:
    """As at the other endpoints: lone surrogates too, which no database takes."""
    headers = {"content-type": "application/json"}
    problem(sqlite_client.post(PATH, content=body, headers=headers), status)


def test_the_longest_names_are_taken(sqlite_client: TestClient) -> None:
    """128 characters of four bytes each, all escaped, beside the longest text."""
    name = "😀" * 128
    body = {**SPAM, "text": "\x01" * 100, "reporter": name, "id": name, "key": name}
    content = json.dumps(body)  # which escapes all that is not ASCII
    headers = {"content-type": "application/json"}
    assert sqlite_client.post(PATH, content=content, headers=headers).status_code == 201


# Without a database


def test_where_none_is_set_it_is_501(tmp_path: Path) -> None:
    """Whatever is sent; the detail names the setting."""
    with TestClient(create_app(settings_of(tmp_path, None))) as client:
        for body in (SPAM, {}):
            refused = client.post(PATH, json=body)
            assert "GATEWAY_DATABASE_URL" in problem(refused, 501)
            assert "retry-after" not in refused.headers


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test's own."""
    with postgres_server() as server:
        yield server


def check_without(client: TestClient) -> None:
    """Check that feedback is 503 with `Retry-After`, and nothing else is touched."""
    refused = client.post(PATH, json=SPAM)
    assert "send it again later" in problem(refused, 503)
    assert refused.headers["retry-after"] == "1"
    assert client.post("/v1/classify", json={"text": "alpha"}).json()["label"] == "spam"
    assert client.get("/readyz").status_code == 200


def test_a_database_that_goes_and_comes(tmp_path: Path, server: PostgresServer) -> None:
    """503 with `Retry-After` while it is away; classification goes on; then it is kept again."""
    url = create_database(server.url)
    with TestClient(create_app(settings_of(tmp_path, url))) as client:
        assert client.post(PATH, json=SPAM).status_code == 201
        server.crash()
        check_without(client)
        check_without(client)
        server.start()
        assert client.post(PATH, json=SPAM).json()["repeated"] is True
        assert client.post(PATH, json={**SPAM, "label": "ham"}).status_code == 201
    with rows_of(url) as rows:
        assert [row.label for row in rows] == ["spam", "ham"]


def test_a_database_that_is_away_at_the_start(tmp_path: Path, server: PostgresServer) -> None:
    """The gateway starts and is ready; when the database comes its tables are made."""
    url = create_database(server.url)
    server.stop()
    with TestClient(create_app(settings_of(tmp_path, url))) as client:
        check_without(client)
        server.start()
        assert client.post(PATH, json=SPAM).status_code == 201


def test_tables_that_nobody_made(tmp_path: Path, database_url: str, empty_engine: Engine) -> None:
    """503 until they are there, where the gateway is not to make them."""
    settings = settings_of(tmp_path, database_url, database_migrate=False)
    with TestClient(create_app(settings)) as client:
        check_without(client)
        upgrade(empty_engine)
        assert client.post(PATH, json=SPAM).status_code == 201


def test_a_locked_table_holds_nobody_for_long(
    tmp_path: Path, database_url: str, engine: Engine
) -> None:
    """503 when the time is over, meanwhile the rest is served; unlocked, it is kept once."""
    settings = settings_of(tmp_path, database_url, feedback_seconds=0.5)
    with TestClient(create_app(settings)) as client:
        assert client.post(PATH, json=SPAM).status_code == 201
        body = {**SPAM, "text": "later", "key": "k"}
        with engine.connect() as connection:
            locking = connection.execution_options(**{WRITES_FIRST: True})
            with locking.begin():
                if engine.dialect.name == "postgresql":
                    locking.execute(text("LOCK TABLE hamgate_feedback"))
                for _ in range(3):
                    problem(client.post(PATH, json=body), 503)
                check_without(client)
        deadline = time.monotonic() + 30
        while client.post(PATH, json=body).status_code == 503:
            assert time.monotonic() < deadline
    with rows_of(database_url) as rows:
        assert [row.text for row in rows] == ["WIN a prize", "later"]


def test_a_database_that_says_nothing_does_not_keep_the_process(tmp_path: Path) -> None:
    """At SIGTERM the gateway ends in its time, though its thread waits for an answer."""
    (pack := tmp_path / "pack.yaml").write_bytes(make_pack("1", make_rule("a", "alpha", "alpha")))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        environment = {
            "GATEWAY_DATABASE_URL": f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/x",
            "GATEWAY_FEEDBACK_SECONDS": "300",
            "GATEWAY_RULES_FILE": str(pack),
        }
        with service("gateway", tmp_path, **environment) as (process, url):
            wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == -signal.SIGTERM


def test_it_is_counted(sqlite_client: TestClient) -> None:
    """By label and outcome, and the time of what is kept."""
    name = "hamgate_gateway_feedback"

    def counts() -> tuple[float, float]:
        labels = {"label": "ham", "outcome": "stored"}
        stored = REGISTRY.get_sample_value(f"{name}_total", labels)
        timed = REGISTRY.get_sample_value(f"{name}_seconds_count")
        assert stored is not None
        assert timed is not None
        return stored, timed

    stored, timed = counts()
    sqlite_client.post(PATH, json={**SPAM, "label": "ham"})
    assert counts() == (stored + 1, timed + 1)


def test_acknowledged_is_kept_though_the_gateway_is_killed(
    tmp_path: Path, database_url: str, empty_engine: Engine
) -> None:
    """SIGKILL at the moment of the 201, with others on their way: each 201 has its row."""
    (pack := tmp_path / "pack.yaml").write_bytes(make_pack("1", make_rule("a", "alpha", "alpha")))
    environment = {
        "GATEWAY_DATABASE_URL": database_url,
        "GATEWAY_DATABASE_MIGRATE": "true",
        "GATEWAY_RULES_FILE": str(pack),
    }
    acknowledged: list[int] = []

    def send(index: int) -> None:
        body = {**SPAM, "text": f"text {index}"}
        try:
            answer = client.post(url + PATH, json=body)
        except httpx2.TransportError:
            return  # killed before it answered
        if answer.status_code == 201:
            acknowledged.append(index)
            if len(acknowledged) >= 20:
                kill(process)

    with service("gateway", tmp_path, **environment) as (process, url):
        wait_until_ok(f"{url}/readyz", process, tmp_path / "gateway.log")
        with httpx2.Client(timeout=30) as client, ThreadPoolExecutor(8) as pool:
            list(pool.map(send, range(200)))
    assert 20 <= len(acknowledged) < 200
    kept = {row.text for row in read_feedback(empty_engine)}
    assert {f"text {index}" for index in acknowledged} <= kept


def test_no_text_reaches_the_log(tmp_path: Path) -> None:
    """Nor a reporter, of what is kept, refused, or met by a database that fails."""
    (pack := tmp_path / "pack.yaml").write_bytes(make_pack("1", make_rule("a", "alpha", "alpha")))
    folder = tmp_path / "store"
    environment = {
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder}/hamgate.db",
        "GATEWAY_DATABASE_MIGRATE": "true",
        "GATEWAY_RULES_FILE": str(pack),
    }
    secret = {"text": "xyzzy-4711", "reporter": "xyzzy-anna", "label": "spam", "key": "k"}
    with service("gateway", tmp_path, **environment) as (process, url):
        log = tmp_path / "gateway.log"
        wait_until_ok(f"{url}/readyz", process, log)
        statuses = [httpx2.post(url + PATH, json=secret).status_code]
        statuses.append(httpx2.post(url + PATH, json={**secret, "label": "ham"}).status_code)
        statuses.append(httpx2.post(url + PATH, json={**secret, "x": "xyzzy"}).status_code)
        with open_engine(f"sqlite:///{folder}/hamgate.db").begin() as connection:
            connection.exec_driver_sql("DROP TABLE hamgate_feedback")
        statuses.append(httpx2.post(url + PATH, json=secret).status_code)
        assert statuses == [201, 409, 422, 503]
    assert "feedback_unavailable" in log.read_text()
    assert "xyzzy" not in log.read_text()
