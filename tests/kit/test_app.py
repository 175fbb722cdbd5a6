import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from kit import oip
from kit.app import Routes, Service, create_service
from kit.bodies import BodyBudget
from kit.body import BodyReader
from kit.errors import Unavailable
from kit.hot import Answer, Document, HotEndpoint, HotRequest, Work
from kit.logs import configure_logs
from kit.probes import Readiness
from kit.request_id import current_request_id
from kit.tally import Tally

LIMIT = 100_000
_term = msgspec.json.Decoder(oip.Term)


@pytest.fixture
def requests() -> Tally:
    """A counter of its own for each test."""
    labels = ["method", "route", "status"]
    return Tally("requests", "Requests.", labels, registry=CollectorRegistry())


@pytest.fixture
def readiness() -> Readiness:
    """The readiness of the app under test."""
    return Readiness()


def hot(path: str, work: Work, requests: Tally) -> HotEndpoint:
    """Return a hot endpoint that takes and answers terms, and waits 0.1 s for them."""
    document = Document(
        summary="A test",
        tag="tests",
        takes=oip.Term,
        answers=oip.Term,
        answer="The same",
        problems=[HTTPStatus.BAD_REQUEST],
    )
    reader = BodyReader(LIMIT, 0.1, BodyBudget(LIMIT))
    return HotEndpoint(path, work, document, reader=reader, requests=requests)


async def echo(request: HotRequest) -> Answer:
    """Answer with the term that was sent."""
    return Answer(msgspec.json.encode(request.json(_term)))


async def name(request: HotRequest) -> Answer:
    """Answer with the name in the path."""
    return Answer(request.path_params["name"].encode())


async def own_id_hot(_request: HotRequest) -> Answer:
    """Answer with the id of the request."""
    return Answer((current_request_id() or "none").encode())


async def broken_hot(_request: HotRequest) -> Answer:
    """Fail as nobody foresaw."""
    msg = "secret detail"
    raise RuntimeError(msg)


@pytest.fixture
def client(requests: Tally, readiness: Readiness) -> Iterator[TestClient]:
    """A client of an app with an endpoint for each thing that can happen."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        readiness.accept()
        yield
        readiness.refuse()

    endpoints = [
        hot("/echo", echo, requests),
        hot("/of/{name}", name, requests),
        hot("/hot/id", own_id_hot, requests),
        hot("/hot/broken", broken_hot, requests),
    ]
    app = create_service(
        "kit",
        lifespan,
        readiness,
        routes=Routes(hot=endpoints, schemas=[oip.ServerMetadata]),
        requests=requests,
    )

    @app.get("/id")
    async def own_id() -> dict[str, str | None]:
        return {"id": current_request_id()}

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    @app.get("/away")
    async def away() -> None:
        msg = "the store is away"
        raise Unavailable(msg, retry_after=7)

    @app.get("/broken")
    async def broken() -> None:
        msg = "secret detail"
        raise RuntimeError(msg)

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"half an answer"
            msg = "half-way"
            raise RuntimeError(msg)

        return StreamingResponse(body())

    with TestClient(app) as client:
        yield client


def problem(response: Any) -> dict[str, Any]:
    """The problem in a response, after checking that it is one."""
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["error"] == body["detail"]
    return body


def test_a_body_comes_back_as_its_type(client: TestClient) -> None:
    """A valid body is decoded into the type, and encoded from it."""
    sent = {"term": "free", "contribution": 1.5}
    assert client.post("/echo", json=sent).json() == sent


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b'{"term": "\xff", "contribution": 1}', 400, "utf-8"),
        (b'{"term": "\\ud800", "contribution": 1}', 400, "not JSON"),
        (b'{"term": 5, "contribution": 1}', 422, r"got `int` - at `\$.term`"),
        (b'{"term": "x"}', 422, "missing required field `contribution`"),
        (b"[]", 422, "Expected `object`, got `array`"),
        (b"null", 422, "Expected `object`, got `null`"),
        (b'{"term": "x", "contribution": NaN}', 400, "not JSON"),
        (b" " * (LIMIT + 1), 413, f"more than {LIMIT} bytes"),
        (b"[" * LIMIT, 422, "Expected `object`"),
        (b'{"more": ' + b"[" * (LIMIT - 20), 400, "recursion"),
    ],
)
def test_a_bad_body_is_a_problem(client: TestClient, body: bytes, status: int, detail: str) -> None:
    """The problem says what is wrong, and where."""
    response = client.post("/echo", content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    found = problem(response)["detail"]
    assert pytest.RaisesExc(AssertionError, match=detail).matches(AssertionError(found)), found


def test_a_length_of_thousands_of_digits_is_no_fault_of_ours(client: TestClient) -> None:
    """Python refuses to read such a number; the body itself is what counts."""
    headers = {"content-type": "application/json", "content-length": "0" * 5000 + "2"}
    assert client.post("/echo", content=b"{}", headers=headers).status_code == 422


def test_a_body_of_unknown_length_is_bounded(client: TestClient) -> None:
    """Without a Content-Length reading stops at the limit."""

    def chunks() -> Iterator[bytes]:
        for _ in range(LIMIT):
            yield b"  "

    response = client.post("/echo", content=chunks())
    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/echo", "/hot/broken"])
def test_a_body_is_let_go_with_the_answer(client: TestClient, path: str) -> None:
    """Each takes nearly all that the bodies of all may have, and none is missing it afterwards."""
    body = b'{"term": "%b", "contribution": 1}' % (b"x" * (LIMIT - 40))
    statuses = {client.post(path, content=body).status_code for _ in range(3)}
    assert statuses == {200 if path == "/echo" else 500}


def test_a_body_is_held_until_the_answer(requests: Tally) -> None:
    """While one is worked on, another for which there is no room is refused with 503."""
    body = b" " * (LIMIT - 10)
    refused: list[list[Any]] = []

    async def ask_meanwhile(request: HotRequest) -> Answer:
        if not refused:
            refused.append(await posted(app, body))
        return Answer(request.body[:1])

    app = create_service(
        "kit",
        None,
        Readiness(),
        routes=Routes(hot=[hot("/echo", ask_meanwhile, requests)]),
        requests=requests,
    )
    sent = asyncio.run(posted(app, body))
    assert sent[0]["status"] == 200
    ((head, _),) = refused
    assert head["status"] == 503
    assert (b"retry-after", b"1") in head["headers"]


async def posted(app: Service, body: bytes) -> list[Any]:
    """Post a body to `/echo` of an app, in a task of its own; return what is sent back."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return await asyncio.create_task(sent_by(app, receive))


async def post_echo(requests: Tally, receive: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Post to an endpoint that reads a body from `receive`; return what is sent back."""
    app = create_service(
        "kit",
        None,
        Readiness(),
        routes=Routes(hot=[hot("/echo", echo, requests)]),
        requests=requests,
    )
    return await sent_by(app, receive)


async def sent_by(app: Service, receive: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Let an app answer what is posted to `/echo`; return what is sent back."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": "/echo", "raw_path": b"/echo", "query_string": b"", "headers": [], "scheme": "http",
    }  # fmt: skip
    await app(scope, receive, send)
    return sent


async def test_a_body_that_does_not_arrive_is_given_up(requests: Tally) -> None:
    """A client that stops sending is answered with 408 after the time-out."""

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    sent = await post_echo(requests, receive)
    assert sent[0]["status"] == 408


async def test_a_client_that_goes_away_is_no_fault_of_ours(
    requests: Tally, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hanging up in the middle of a body is not logged as an error, and counts as 499."""
    configure_logs("kit", "info")
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    assert await post_echo(requests, receive) == []
    assert capsys.readouterr().err == ""
    assert counted(requests) == {("POST", "/echo", "499"): 1}


def counted(requests: Tally) -> dict[tuple[str, ...], float]:
    """Return the counts by method, route and status."""
    return {
        tuple(sample.labels.values()): sample.value
        for metric in requests.collect()
        for sample in metric.samples
        if sample.name == "requests_total"
    }


def test_a_body_that_is_not_json_is_refused_by_type(client: TestClient) -> None:
    """A form is answered with 415."""
    response = client.post("/echo", data={"term": "x"})
    assert response.status_code == 415
    assert "x-www-form-urlencoded" in problem(response)["detail"]


def test_a_problem_is_short_whatever_was_sent(client: TestClient) -> None:
    """A client's own words do not come back by the megabyte; how a detail begins and ends does."""
    response = client.post("/echo", content=b"{}", headers={"content-type": "x" * 100_000 + "/end"})
    assert response.status_code == 415
    found = problem(response)["detail"]
    assert len(found) == 300
    assert found.startswith("the body must be application/json, not xxx")
    assert " … xxx" in found
    assert found.endswith("x/end")


def test_every_error_is_a_problem(client: TestClient) -> None:
    """Unknown path, wrong method and a bad parameter are problems too."""
    assert problem(client.get("/nowhere"))["title"] == "Not Found"
    # Not redirected: the address would be made of the Host header.
    assert problem(client.get("/id/"))["title"] == "Not Found"
    wrong = client.get("/echo")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert problem(wrong)["title"] == "Method Not Allowed"
    bad = client.get("/number", params={"n": "many"})
    assert bad.status_code == 422
    assert problem(bad)["detail"].startswith("query.n: ")


def test_what_is_away_says_when_to_come_back(client: TestClient) -> None:
    """503 has Retry-After, in seconds."""
    response = client.get("/away")
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    assert problem(response)["detail"] == "the store is away"


@pytest.mark.parametrize(("method", "path"), [("GET", "/broken"), ("POST", "/hot/broken")])
def test_an_unexpected_error_tells_the_client_nothing_but_its_id(
    method: str, path: str, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """500 without the exception's text; the log has its kind and place under the same id."""
    configure_logs("kit", "warning")
    response = client.request(method, path, headers={"x-request-id": "find-me"})
    assert response.status_code == 500
    assert problem(response)["request_id"] == "find-me"
    assert "secret" not in response.text
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (line["event"], line["request_id"]) == ("unexpected_error", "find-me")
    (stack,) = line["exception"]
    assert stack["exc_type"] == "RuntimeError"
    assert stack["frames"][-1]["name"].startswith("broken")


def test_an_answer_that_breaks_off_is_not_answered_twice(client: TestClient) -> None:
    """An exception after the first bytes goes up: the server then cuts the connection."""
    with pytest.raises(RuntimeError, match="half-way"):
        client.get("/half")


def test_a_request_id_is_kept_or_made(client: TestClient) -> None:
    """A client's id comes back and is set for the request; without one, each gets its own."""
    mine = client.get("/id", headers={"x-request-id": "abc-123"})
    assert mine.headers["x-request-id"] == mine.json()["id"] == "abc-123"
    made = {client.get("/id").headers["x-request-id"] for _ in range(3)}
    assert len(made) == 3
    hot = client.post("/hot/id", headers={"x-request-id": "abc-124"})
    assert hot.headers["x-request-id"] == hot.text == "abc-124"
    made = {client.post("/hot/id").text for _ in range(3)}
    assert len(made) == 3
    assert current_request_id() is None


@pytest.mark.parametrize("odd", ["", "a b", "x" * 129, 'a"b', "é".encode().decode("latin-1")])
def test_an_odd_request_id_is_replaced(client: TestClient, odd: str) -> None:
    """What could break a log line or a header is not passed on."""
    header = [(b"x-request-id", odd.encode("latin-1"))]
    assert client.get("/id", headers=header).headers["x-request-id"] != odd
    assert client.post("/hot/id", headers=header).headers["x-request-id"] != odd


def test_probes(client: TestClient, readiness: Readiness) -> None:
    """Ready when every check passes; not ready says why; live all the while."""
    assert client.get("/readyz").json() == {"status": "ready"}
    readiness.register("model", lambda: "no model")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["failures"] == {"model": "no model"}
    readiness.refuse()
    assert client.get("/readyz").json()["failures"] == {"service": "starting or shutting down"}
    assert client.get("/livez").status_code == 200


def test_answers_are_counted_by_route(client: TestClient, requests: Tally) -> None:
    """The label is the route, never the path that a client made up."""
    client.get("/number", params={"n": 1})
    client.get("/nowhere/at/all")
    client.request("BREW", "/number")
    client.get("/broken")
    counts = counted(requests)
    assert counts[("GET", "/number", "200")] == 1
    assert counts[("GET", "none", "404")] == 1
    assert counts[("GET", "/broken", "500")] == 1
    client.post("/of/anybody")
    client.request("BREW", "/of/somebody")
    counts = counted(requests)
    assert counts[("POST", "/of/{name}", "200")] == 1
    assert counts[("other", "/of/{name}", "405")] == 1
    assert {labels[0] for labels in counts} == {"GET", "POST", "other"}


def test_a_hot_path_can_have_names(client: TestClient, requests: Tally) -> None:
    """They are one part of the path each; another path is FastAPI's."""
    assert client.post("/of/Anna").text == "Anna"
    assert client.post("/of/Anna/Berta").status_code == 404


def test_metrics_are_exposed(client: TestClient) -> None:
    """`/metrics` is Prometheus' text format, without `_created` series."""
    text = client.get("/metrics").text
    assert "python_info" in text
    assert "_created" not in text


def test_openapi_has_the_decoded_types(client: TestClient) -> None:
    """Types that msgspec decodes stand in the document as any other."""
    document = client.get("/openapi.json").json()
    schema = document["components"]["schemas"]["Term"]
    assert schema["properties"]["contribution"] == {"type": "number"}
    operation = document["paths"]["/echo"]["post"]
    reference = {"schema": {"$ref": "#/components/schemas/Term"}}
    assert operation["requestBody"]["content"]["application/json"] == reference
