"""Facts about the public API: what is answered, what is refused and how, what is documented."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from fixtures.gateway import (
    EXPLANATION,
    HAM_SCORE,
    SPAM_SCORE,
    FakeModelServer,
    Received,
    Reply,
    fake_model_server,
    model_reply,
    reply,
)
from fixtures.packs import make_pack, make_rule
from fixtures.processes import free_port
from gateway import schemas
from gateway.app import create_app
from gateway.settings import Settings
from kit.problems import Problem

CLASSIFY, BATCH = "/v1/classify", "/v1/classify/batch"
RULE_SPAM = "You have WON a weekend in Rome!! ring now 08081570123"
RULES = (
    make_rule("prize", "won .{0,30}ring", "won a prize, ring", priority="7"),
    make_rule("watched", "bonus", "bonus", state="shadow"),
    make_rule("asleep", "bonus", "bonus", state="off", verdict="ham"),
)
PACK = make_pack("1.2.3", *RULES)
MODEL_SPAM, MODEL_HAM = "a bonus", "see you at six"
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def pack_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the pack that decides."""
    path = tmp_path_factory.mktemp("pack") / "pack.yaml"
    path.write_bytes(PACK)
    return path


def settings(url: str, pack_file: Path) -> Settings:
    """Return settings with small limits, the model server at `url`, and the pack."""
    return Settings(
        inference_url=url,
        rules_file=pack_file,
        model_seconds=5,
        max_text_bytes=100,
        max_batch_size=4,
        max_body_bytes=2000,
    )


@pytest.fixture(scope="module")
def model_server() -> Iterator[FakeModelServer]:
    """A model server that answers."""
    with fake_model_server() as server:
        yield server


@pytest.fixture(scope="module")
def client(model_server: FakeModelServer, pack_file: Path) -> Iterator[TestClient]:
    """A client of a gateway whose model server answers."""
    with TestClient(create_app(settings(model_server.url, pack_file))) as client:
        yield client


@pytest.fixture(scope="module")
def alone(pack_file: Path) -> Iterator[TestClient]:
    """A client of a gateway whose model server is away."""
    url = f"http://127.0.0.1:{free_port()}"
    with TestClient(create_app(settings(url, pack_file))) as client:
        yield client


def problem(response: Any, status: int) -> str:
    """Return the detail of a problem, after checking that it is one of this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: str = msgspec.json.decode(response.content, type=Problem).detail
    return found


# What is answered


def test_a_rule_decides(client: TestClient, model_server: FakeModelServer) -> None:
    """The whole answer to a message that a rule knows; the model is not asked."""
    before = len(model_server.received)
    response = client.post(CLASSIFY, json={"text": RULE_SPAM, "id": "m1"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "id": "m1",
        "label": "spam",
        "score": 1.0,
        "layer": "heuristic",
        "rule": "prize",
        "pack": {"name": "test", "version": "1.2.3"},
        "model": None,
    }
    assert len(model_server.received) == before


def test_the_model_decides(client: TestClient) -> None:
    """The whole answer to a message that no rule knows."""
    assert client.post(CLASSIFY, json={"text": MODEL_SPAM, "id": "m2"}).json() == {
        "id": "m2",
        "label": "spam",
        "score": SPAM_SCORE,
        "layer": "model",
        "rule": None,
        "pack": {"name": "test", "version": "1.2.3"},
        "model": {"name": "spam-classifier", "version": "7"},
    }


def test_explanations(client: TestClient) -> None:
    """Their kind says who explains; the rule shows its match, the model threshold and terms."""
    rule = client.post(CLASSIFY, json={"text": RULE_SPAM, "explain": True}).json()["explanation"]
    matched = "WON a weekend in Rome!! ring"
    start = RULE_SPAM.index(matched)
    assert rule == {
        "kind": "rule",
        "description": "Finds won .{0,30}ring.",
        "matched": matched,
        "spans": [[start, start + len(matched)]],
    }
    model = client.post(CLASSIFY, json={"text": MODEL_SPAM, "explain": True}).json()["explanation"]
    assert model == {"kind": "model", "threshold": 0.5, **EXPLANATION}


def test_a_batch_keeps_its_order(client: TestClient, model_server: FakeModelServer) -> None:
    """Rules and model answer in the items' order, and the model is asked once."""
    before = len(model_server.received)
    texts = [MODEL_SPAM, RULE_SPAM, MODEL_HAM, MODEL_HAM]
    items = [{"text": text, "id": str(i)} for i, text in enumerate(texts)]
    results = client.post(BATCH, json={"items": items}).json()["results"]
    assert [(r["id"], r["layer"], r["score"]) for r in results] == [
        ("0", "model", SPAM_SCORE),
        ("1", "heuristic", 1.0),
        ("2", "model", HAM_SCORE),
        ("3", "model", HAM_SCORE),
    ]
    assert len(model_server.received) == before + 1


@pytest.mark.parametrize("text", ["a\x00b", "\x00", " ", "\u200b", "😀" * 25, "é" * 50, "x" * 100])
def test_any_text_within_the_limit_is_answered(client: TestClient, text: str) -> None:
    """NUL, white space and what is invisible are texts; the limit itself is allowed, in bytes."""
    response = client.post(CLASSIFY, json={"text": text})
    assert response.status_code == 200
    assert response.json()["layer"] == "model"


def test_the_model_is_sent_the_raw_text(client: TestClient, model_server: FakeModelServer) -> None:
    """The text reaches the model server as the client wrote it."""
    raw = " See\tYOU \u200b at six\x00"
    client.post(CLASSIFY, json={"text": raw})
    assert model_server.received[-1].json["inputs"][0]["data"] == [raw]


def test_the_request_id_comes_back(client: TestClient, model_server: FakeModelServer) -> None:
    """The client's id is that of its answer; the call to the model server has one of its own.

    It can be for several requests, and what one client sends is not told to a server's log that
    others cause.
    """
    response = client.post(CLASSIFY, json={"text": MODEL_HAM}, headers={"x-request-id": "r-1"})
    assert response.headers["x-request-id"] == "r-1"
    received = model_server.received[-1]
    assert received.headers["x-request-id"] == received.json["id"] not in ("", "r-1")


# The model server is away


def test_without_the_model_rules_still_decide(alone: TestClient) -> None:
    """A message that a rule knows is answered, alone or in a batch of such messages."""
    assert alone.post(CLASSIFY, json={"text": RULE_SPAM}).json()["label"] == "spam"
    batch = alone.post(BATCH, json={"items": [{"text": RULE_SPAM}] * 2})
    assert [r["label"] for r in batch.json()["results"]] == ["spam", "spam"]


def test_without_the_model_the_rest_is_503(alone: TestClient) -> None:
    """A problem that says when to try again, never a label; so for a batch with one such text."""
    one = alone.post(CLASSIFY, json={"text": MODEL_HAM})
    batch = alone.post(BATCH, json={"items": [{"text": RULE_SPAM}, {"text": MODEL_HAM}]})
    for response in (one, batch, alone.get("/v1/model")):
        assert "the model server" in problem(response, 503)
        assert response.headers["retry-after"] == "1"
        assert "label" not in response.text


def test_without_the_model_the_gateway_is_ready(alone: TestClient) -> None:
    """Ready all the same: out of service it could not decide by rules either."""
    assert alone.get("/readyz").status_code == 200
    assert alone.get("/livez").status_code == 200
    assert alone.get("/v1/rules").status_code == 200


def test_the_model_servers_reason_is_passed_on(pack_file: Path) -> None:
    """A model server that has no model yet is a 503 with its reason; once it has, 200."""
    with (
        fake_model_server() as server,
        TestClient(create_app(settings(server.url, pack_file))) as client,
    ):
        usual, server.answer = server.answer, lambda _: reply(b'{"error": "no model yet"}', 503)
        refused = client.post(CLASSIFY, json={"text": MODEL_HAM})
        assert problem(refused, 503) == "the model server answers 503: no model yet"
        server.answer = usual
        assert client.post(CLASSIFY, json={"text": MODEL_HAM}).status_code == 200


def test_a_fallback_in_place_of_503(pack_file: Path) -> None:
    """Where it is set, one message and each item of a batch have it; a rule's verdict stays."""
    told = settings(f"http://127.0.0.1:{free_port()}", pack_file)
    told = told.model_copy(update={"on_model_unavailable": "ham"})
    with TestClient(create_app(told)) as client:
        assert client.post(CLASSIFY, json={"text": MODEL_SPAM, "id": "m"}).json() == {
            "id": "m",
            "label": "ham",
            "score": 0.0,
            "layer": "fallback",
            "rule": None,
            "pack": {"name": "test", "version": "1.2.3"},
            "model": None,
        }
        items = [{"text": MODEL_SPAM}, {"text": RULE_SPAM}, {"text": MODEL_HAM, "explain": True}]
        for _ in range(5):  # the model server is left alone at last: no difference
            results = client.post(BATCH, json={"items": items}).json()["results"]
            assert [r["layer"] for r in results] == ["fallback", "heuristic", "fallback"]
        assert 'addresses{state="open"} 1.0' in client.get("/metrics").text
        problem(client.get("/v1/model"), 503)


def test_the_smaller_limit_holds(pack_file: Path) -> None:
    """A text that the model server refuses is a 422 with its place; no other text is refused."""

    def refuse(received: Received) -> Reply:
        if any("long" in text for text in received.json["inputs"][0]["data"]):
            return reply(b'{"error": "inputs.0.data.0: more than 5 bytes of UTF-8"}', 422)
        return model_reply(received)

    with fake_model_server() as server:
        server.answer = refuse
        with TestClient(create_app(settings(server.url, pack_file))) as client:
            items = [{"text": MODEL_SPAM}, {"text": "too long"}]
            detail = problem(client.post(BATCH, json={"items": items}), 422)
            assert "more than 5 bytes of UTF-8 - at `$.items[1].text`" in detail
            assert client.post(CLASSIFY, json={"text": MODEL_SPAM}).json()["layer"] == "model"


# What is refused


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "missing required field `text`"),
        ({"text": 5}, "got `int` - at `$.text`"),
        ({"text": None}, "got `null` - at `$.text`"),
        ({"text": ["a"]}, "got `array` - at `$.text`"),
        ({"text": ""}, "length >= 1 - at `$.text`"),
        ({"text": "x" * 101}, "more than 100 bytes of UTF-8 - at `$.text`"),
        ({"text": "é" * 51}, "more than 100 bytes of UTF-8 - at `$.text`"),
        ({"text": "a", "texts": "b"}, "unknown field `texts`"),
        ({"text": "a", "id": 7}, "at `$.id`"),
        ({"text": "a", "id": ""}, "length >= 1 - at `$.id`"),
        ({"text": "a", "id": "x" * 129}, "length <= 128 - at `$.id`"),
        ({"text": "a", "explain": "yes"}, "at `$.explain`"),
        ([{"text": "a"}], "got `array`"),
        ("a", "got `str`"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_bad_message_is_refused(client: TestClient, body: Any, detail: str) -> None:
    """422 with the place of the fault."""
    assert detail in problem(client.post(CLASSIFY, json=body), 422)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "missing required field `items`"),
        ({"items": []}, "length >= 1 - at `$.items`"),
        ({"items": [{"text": "a"}] * 5}, "5 items, at most 4 are taken - at `$.items`"),
        ({"items": ["a"]}, "got `str` - at `$.items[0]`"),
        ({"items": [{"text": "a"}, {"text": ""}]}, "at `$.items[1].text`"),
        ({"items": [{"text": "a"}, {"text": "x" * 101}]}, "100 bytes of UTF-8 - at `$.items[1].t"),
        ({"items": [{"text": "a", "id": "x" * 129}]}, "at `$.items[0].id`"),
        ({"items": [{"text": "a", "x": 1}]}, "unknown field `x` - at `$.items[0]`"),
        ({"items": [{"text": "a"}], "explain": True}, "unknown field `explain`"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_bad_batch_is_refused(client: TestClient, body: Any, detail: str) -> None:
    """422 with the place of the fault: one bad item, and none is answered."""
    assert detail in problem(client.post(BATCH, json=body), 422)


@pytest.mark.parametrize("form", ["%s", '{"items": [%s]}'], ids=["message", "batch"])
@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"text=a", 400),
        (b'{"text": "a"', 400),
        (b'{"text": NaN}', 400),
        (b'{"text": "\xff"}', 400),
        (b'{"text": "\xc3"}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b'{"text": "a\x00"}', 400),
        (b'{"text": "' + b"a" * 2000 + b'"}', 413),
        (b" " * 2001, 413),
    ],
    ids=lambda value: str(value)[:32],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: TestClient, form: str, message: bytes, status: int
) -> None:
    """400 for what is not JSON in UTF-8, lone surrogates included; 413 for too much of it."""
    path = CLASSIFY if form == "%s" else BATCH
    body = form.encode() % message
    problem(client.post(path, content=body, headers=JSON), status)


def test_one_message_gets_as_much_as_it_can_need(
    pack_file: Path, model_server: FakeModelServer
) -> None:
    """The longest text and id, all escaped, are taken; much more is no message, and not read."""
    told = Settings(inference_url=model_server.url, rules_file=pack_file)
    message = b'{"text": "%b", "id": "%b", "explain": false}'
    body = message % (rb"\u0061" * told.max_text_bytes, rb"\ud83d\ude00" * 128)
    with TestClient(create_app(told)) as client:
        assert client.post(CLASSIFY, content=body, headers=JSON).status_code == 200
        longer = body + b" " * 4096
        problem(client.post(CLASSIFY, content=longer, headers=JSON), 413)
        batch = b'{"items": [%b]}' % longer
        assert client.post(BATCH, content=batch, headers=JSON).status_code == 200


@pytest.mark.parametrize("path", [CLASSIFY, BATCH])
def test_an_empty_body_is_refused(client: TestClient, path: str) -> None:
    """No body is no JSON: 400."""
    assert "not JSON" in problem(client.post(path), 400)


@pytest.mark.parametrize("path", [CLASSIFY, BATCH])
def test_another_media_type_is_refused(client: TestClient, path: str) -> None:
    """415 for a form, which names its type; a character set beside the JSON type is fine."""
    assert "x-www-form-urlencoded" in problem(client.post(path, data={"text": "a"}), 415)
    charset = {"content-type": "Application/JSON; charset=utf-8"}
    body = b'{"text": "a"}' if path == CLASSIFY else b'{"items": [{"text": "a"}]}'
    assert client.post(path, content=body, headers=charset).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", CLASSIFY, "POST"),
        ("PUT", BATCH, "POST"),
        ("POST", "/v1/rules", "GET"),
        ("DELETE", "/v1/model", "GET"),
    ],
)
def test_another_method_is_refused(client: TestClient, method: str, path: str, allow: str) -> None:
    """405 with the method that is allowed."""
    response = client.request(method, path)
    problem(response, 405)
    assert response.headers["allow"] == allow


# What is shown


def test_the_pack_is_shown(client: TestClient) -> None:
    """Name, version, digest, and every rule with its state; no pattern, no example."""
    shown = client.get("/v1/rules").json()
    loaded_at = datetime.fromisoformat(shown.pop("loaded_at"))
    assert loaded_at.tzinfo is not None
    assert loaded_at <= datetime.now(UTC)
    shown_rule = ("id", "verdict", "state", "group", "description")
    assert shown == {
        "name": "test",
        "version": "1.2.3",
        "digest": hashlib.sha256(PACK).hexdigest(),
        "trouble": None,
        "rules": [
            {name: rule[name] for name in shown_rule} | {"priority": int(rule.get("priority", 0))}
            for rule in RULES
        ],
    }


def shown_once(client: TestClient, condition: Callable[[Any], object]) -> Any:
    """Return what `/v1/rules` shows, as soon as something is so."""
    deadline = time.monotonic() + 60
    while not condition(shown := client.get("/v1/rules").json()):
        assert time.monotonic() < deadline, shown
        time.sleep(0.01)
    return shown


def test_a_change_of_the_file_is_shown(tmp_path: Path, model_server: FakeModelServer) -> None:
    """Another pack serves without a restart; a bad one does not, and its faults are shown."""
    path = tmp_path / "pack.yaml"
    path.write_bytes(PACK)
    told = settings(model_server.url, path).model_copy(update={"rules_poll_seconds": 0.05})
    with TestClient(create_app(told)) as client:
        first = client.get("/v1/rules").json()
        path.write_bytes(make_pack("2", make_rule("news", "ring", "ring")))
        second = shown_once(client, lambda shown: shown["version"] == "2")
        assert second["loaded_at"] > first["loaded_at"]
        answer = client.post(CLASSIFY, json={"text": RULE_SPAM}).json()
        assert (answer["rule"], answer["pack"]) == ("news", {"name": "test", "version": "2"})
        path.write_bytes(make_pack("3", make_rule("news", "(ring", "ring")))
        bad = shown_once(client, lambda shown: shown["trouble"])
        assert bad == second | {"trouble": bad["trouble"]}
        assert "rule 'news': pattern: " in bad["trouble"][0]
        metrics = client.get("/metrics").text
        assert "hamgate_gateway_pack_stale 1.0" in metrics
        assert f'digest="{second["digest"]}",name="test",version="2"}} 1.0' in metrics
        assert client.post(CLASSIFY, json={"text": RULE_SPAM}).json()["rule"] == "news"
        assert client.get("/readyz").status_code == 200
        path.unlink()
        shown_once(client, lambda shown: shown["trouble"] != bad["trouble"])


def test_rules_and_shadow_are_counted(tmp_path: Path) -> None:
    """A message that a rule decides: one hit, and one comparison after the answer."""
    path = tmp_path / "pack.yaml"
    path.write_bytes(make_pack("1", make_rule("counted-here", "bonus", "bonus")))
    with fake_model_server() as server:
        told = settings(server.url, path).model_copy(update={"shadow_share": 1.0})
        with TestClient(create_app(told)) as client:
            enforced = 'rule="counted-here",state="enforce"}'
            assert f"hamgate_gateway_rule_hits_total{{{enforced} 0.0" in client.get("/metrics").text
            assert client.post(CLASSIFY, json={"text": MODEL_SPAM}).json()["layer"] == "heuristic"
            compared = f'hamgate_gateway_rule_agreement_total{{outcome="agree",{enforced} 1.0'
            deadline = time.monotonic() + 60
            while compared not in (metrics := client.get("/metrics").text):
                assert time.monotonic() < deadline, metrics
                time.sleep(0.01)
            assert f"hamgate_gateway_rule_hits_total{{{enforced} 1.0" in metrics


def test_the_shadow_holds_nobody_up(pack_file: Path) -> None:
    """While the model server is silent, and when the queue is full, rules decide as before."""
    with fake_model_server() as server:
        server.answer = server.never
        told = settings(server.url, pack_file).model_copy(
            update={"shadow_share": 1.0, "shadow_queue_size": 2, "model_seconds": 60}
        )
        with TestClient(create_app(told)) as client:
            for _ in range(10):
                assert client.post(CLASSIFY, json={"text": RULE_SPAM}).json()["rule"] == "prize"
            deadline = time.monotonic() + 60
            while not server.received:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            assert client.post(CLASSIFY, json={"text": RULE_SPAM}).json()["rule"] == "prize"


def test_the_model_is_shown(client: TestClient) -> None:
    """The version that serves, and its threshold."""
    shown = client.get("/v1/model").json()
    assert shown == {"name": "spam-classifier", "version": "7", "threshold": 0.5}


# What is documented


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def references(part: Any) -> Iterator[str]:
    """Yield every `$ref` in a part of the document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    """No schema is named that is not in the document."""
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    found = set(references(document))
    assert found <= known
    assert {"#/components/schemas/Term", "#/components/schemas/Problem"} <= found


def content_type(of: dict[str, Any], media_type: str = "application/json") -> str:
    """Return the name of the schema of a request or answer."""
    reference: str = of["content"][media_type]["schema"]["$ref"]
    return reference.rpartition("/")[2]


@pytest.mark.parametrize("path", [CLASSIFY, BATCH])
def test_every_refusal_is_documented(document: dict[str, Any], path: str) -> None:
    """Each status that a body can be refused with, as a problem."""
    answers = document["paths"][path]["post"]["responses"]
    problems = {
        status
        for status, answer in answers.items()
        if status != "200" and content_type(answer, "application/problem+json") == "Problem"
    }
    assert problems == {"400", "408", "413", "415", "422", "503"} == set(answers) - {"200"}


def test_feedback_is_documented(document: dict[str, Any]) -> None:
    """Both good answers, each problem, and that one of text and id is needed."""
    operation = document["paths"]["/v1/feedback"]["post"]
    answers = operation["responses"]
    good = {"200", "201"}
    assert {content_type(answers[status]) for status in good} == {"FeedbackResponse"}
    assert set(answers) - good == {"400", "408", "409", "413", "415", "422", "501", "503"}
    assert content_type(operation["requestBody"]) == "FeedbackRequest"
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema["anyOf"] == [{"required": ["text"]}, {"required": ["id"]}]


@pytest.mark.parametrize(
    ("path", "body", "asked", "answered"),
    [
        (CLASSIFY, {"text": RULE_SPAM}, "ClassifyRequest", schemas.ClassifyResponse),
        (
            CLASSIFY,
            {"text": MODEL_HAM, "id": "x", "explain": True},
            "ClassifyRequest",
            schemas.ClassifyResponse,
        ),
        (
            BATCH,
            {"items": [{"text": RULE_SPAM, "explain": True}, {"text": MODEL_HAM}]},
            "BatchRequest",
            schemas.BatchResponse,
        ),
        ("/v1/rules", None, None, schemas.PackInfo),
        ("/v1/model", None, None, schemas.ModelInfo),
    ],
)
def test_answers_are_as_documented(
    client: TestClient,
    document: dict[str, Any],
    path: str,
    body: dict[str, Any] | None,
    asked: str | None,
    answered: type[msgspec.Struct],
) -> None:
    """A real answer has the documented type, with nothing missing and nothing more."""
    operation = document["paths"][path]["get" if body is None else "post"]
    if asked:
        assert content_type(operation["requestBody"]) == asked
    assert content_type(operation["responses"]["200"]) == answered.__name__
    response = client.get(path) if body is None else client.post(path, json=body)
    assert response.status_code == 200
    # Decoding checks types, values and what is required; encoding again shows what was left out.
    decoded = msgspec.json.decode(response.content, type=answered)
    assert json.loads(msgspec.json.encode(decoded)) == response.json()
    properties = document["components"]["schemas"][answered.__name__]
    assert set(properties["required"]) <= set(response.json()) <= set(properties["properties"])
