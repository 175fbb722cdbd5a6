"""Facts about the client, against a real HTTP server: an answer that is right, or none."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from fixtures.gateway import (
    EXPLANATION,
    HAM_SCORE,
    SPAM_SCORE,
    FakeModelServer,
    Reply,
    client_of,
    fake_model_server,
    infer_answer,
    reply,
)
from fixtures.packs import make_pack, make_rule
from fixtures.processes import free_port
from gateway.errors import ModelUnavailable, TextRefused
from gateway.lifespan import State, running
from gateway.schemas import ModelRef
from gateway.settings import Settings
from gateway.upstream.client import InferenceClient, PredictFor
from gateway.upstream.prediction import ServedModel
from kit.probes import Readiness
from rules.loading import load_engine

SECONDS = 1.0
"""The client's time-out in these tests."""
SPAM, HAM = "a bonus", "see you at six"
RIGHT = {"probability": [SPAM_SCORE], "label": ["spam"]}
EXPLAINED = {**RIGHT, "explanation": [json.dumps(EXPLANATION)]}
CALLS = "hamgate_gateway_model_calls_total"
TIMED = "hamgate_gateway_model_call_seconds_count"
PURPOSES = ("answer", "shadow", "metadata")
OUTCOMES = ("ok", "unreachable", "refused", "unusable")


@pytest.fixture
def model_server() -> Iterator[FakeModelServer]:
    """A model server that answers as it should, until told otherwise."""
    with fake_model_server() as server:
        yield server


Start = Callable[[str], AbstractAsyncContextManager[State]]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """What returns the gateway's own connections to the model server at an address."""
    pack = tmp_path_factory.mktemp("pack") / "pack.yaml"
    pack.write_bytes(make_pack("1", make_rule("alpha", "alpha", "alpha")))
    engine = load_engine(pack)

    def start(url: str) -> AbstractAsyncContextManager[State]:
        settings = Settings(inference_url=url, model_seconds=SECONDS, rules_file=pack)
        return running(settings, engine, Readiness())

    return start


@pytest.fixture
async def client(model_server: FakeModelServer, started: Start) -> AsyncIterator[InferenceClient]:
    """The client of that server, as the gateway makes it."""
    async with started(model_server.url) as state:
        yield state.metadata.client


def count(name: str, **labels: str) -> float:
    """Return a sample of a metric; 0 if there is none yet."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def outcomes(purpose: str = "answer") -> dict[str, float]:
    """Return the metric's count of calls for a purpose, by outcome."""
    return {o: count(CALLS, purpose=purpose, outcome=o) for o in OUTCOMES}


def timed() -> dict[str, float]:
    """Return how many calls were timed, by purpose."""
    return {purpose: count(TIMED, purpose=purpose) for purpose in PURPOSES}


async def assert_unavailable(
    client: InferenceClient, detail: str, outcome: str, *, explain: bool = False
) -> None:
    """Check that a prediction fails as it should, and is counted once, as `outcome`.

    It fails by itself: a server that says nothing would do so for longer than is waited here.
    """
    before = outcomes()
    async with asyncio.timeout(20 * SECONDS):
        with pytest.raises(ModelUnavailable, match=detail):
            await client.predict([SPAM], explain=explain)
    assert outcomes() == {**before, outcome: before[outcome] + 1}


async def test_a_prediction_is_what_the_server_says(client: InferenceClient) -> None:
    """Scores and labels in the order of the texts, with the model's name, version, threshold."""
    before = outcomes()
    got = await client.predict([SPAM, HAM, SPAM], explain=False)
    assert (got.model, got.threshold) == (ModelRef("spam-classifier", "7"), 0.5)
    assert got.scores == [SPAM_SCORE, HAM_SCORE, SPAM_SCORE]
    assert got.labels == ["spam", "ham", "spam"]
    assert got.explanations == []
    assert outcomes() == {**before, "ok": before["ok"] + 1}


async def test_explanations_are_decoded(client: InferenceClient) -> None:
    """One for each text, if asked for."""
    got = await client.predict([SPAM, HAM], explain=True)
    assert len(got.explanations) == 2
    first = got.explanations[0]
    assert (first.logit, first.intercept, first.rest) == (1.5, -0.5, 0.25)
    assert [(t.term, t.contribution) for t in first.terms] == [("bonus", 1.75)]


async def test_the_request_is_the_protocols(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """One BYTES tensor of shape [n] with the texts as they are, and the outputs by name."""
    texts = ["  RAW\u200b text \x00", "😀"]
    await client.predict(texts, explain=False)
    (received,) = model_server.received
    assert (received.method, received.path) == ("POST", "/v2/models/spam-classifier/infer")
    assert received.headers["content-type"] == "application/json"
    call_id = received.headers["x-request-id"]
    assert received.json == {
        "id": call_id,
        "inputs": [{"name": "text", "shape": [2], "datatype": "BYTES", "data": texts}],
        "outputs": [{"name": "probability"}, {"name": "label"}],
    }


async def test_an_explanation_is_asked_for_by_name(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """The output `explanation` is in the request only if somebody wants it."""
    await client.predict([SPAM], explain=True)
    names = [output["name"] for output in model_server.received[0].json["outputs"]]
    assert names == ["probability", "label", "explanation"]


async def test_what_a_server_leaves_out_that_may_be_left_out(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """Another server's answer without a threshold, with whole numbers and more outputs, is used."""
    outputs = {"probability": [1, 0], "label": ["spam", "ham"], "embedding": [[1.5], [2.5]]}
    body = infer_answer(outputs, parameters={})
    model_server.answer = lambda _: reply(body)
    got = await client.predict([SPAM, HAM], explain=False)
    assert (got.scores, got.threshold) == ([1.0, 0.0], None)


def deep(member: str) -> bytes:
    """Return an answer with arrays in it that are nested too deeply to decode."""
    body = infer_answer(RIGHT, **{member: "HERE"})
    return body.replace(b'"HERE"', b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}")


PROBLEM = json.dumps({"title": "x", "error": "no model yet"}).encode()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@pytest.mark.parametrize(
    ("answer", "detail", "outcome"),
    [
        pytest.param(reply(PROBLEM, 503), "answers 503: no model yet", "refused", id="problem"),
        pytest.param(reply(b"<html>", 500), "500: it does not say why", "refused", id="html"),
        pytest.param(reply(b'{"error": 5}', 404), "404: 5", "refused", id="odd-error"),
        pytest.param(reply(b"[]", 429), "429: it does not say why", "refused", id="no-object"),
        pytest.param(reply(b"\xff", 502), "502: it does not say why", "refused", id="bytes"),
        pytest.param(reply(deep("x"), 500), "it does not say why", "refused", id="deep-problem"),
        pytest.param(reply(b"", 204), "answers 204", "refused", id="204"),
        pytest.param(
            reply(b"", 302, "location: /v2\r\n"), "answers 302", "refused", id="redirects"
        ),
        pytest.param(reply(b"<html>"), "cannot be used: JSON", "unusable", id="not-json"),
        pytest.param(reply(b""), "cannot be used", "unusable", id="empty"),
        pytest.param(reply(b'{"model_name": "\xff"}'), "used.*utf-8", "unusable", id="not-utf-8"),
        pytest.param(reply(b"[]"), "Expected `object`", "unusable", id="array"),
        pytest.param(reply(deep("parameters")), "recursion", "unusable", id="deep"),
        pytest.param(Reply(b"", close=True), "Disconnected", "unreachable", id="closed"),
        pytest.param(
            Reply(b"\x15\x03\x01\r\n\r\n", close=True), "does not", "unreachable", id="not-http"
        ),
        pytest.param(
            Reply(HEAD + b"content-length: 9\r\n\r\n{", close=True),
            "does not",
            "unreachable",
            id="cut-off",
        ),
        pytest.param(
            Reply(HEAD + b"content-length: 9\r\n\r\n{"), "does not", "unreachable", id="stuck"
        ),
        pytest.param(
            reply(gzip.compress(infer_answer(RIGHT)), headers="content-encoding: gzip\r\n"),
            "cannot be used",
            "unusable",
            id="gzip",
        ),
    ],
)
async def test_an_answer_that_cannot_be_read_is_none(
    client: InferenceClient, model_server: FakeModelServer, answer: Reply, detail: str, outcome: str
) -> None:
    """Whatever comes instead of an answer, the model is unavailable; a later call is as new."""
    usual, model_server.answer = model_server.answer, lambda _: answer
    await assert_unavailable(client, detail, outcome)
    model_server.answer = usual
    assert await labels_soon(client) == ["ham"]


async def labels_soon(client: InferenceClient) -> list[str]:
    """Return what the model calls a message; one that hung is left alone for a moment first."""
    async with asyncio.timeout(10):
        while True:
            with suppress(ModelUnavailable):
                return list((await client.predict([HAM], explain=False)).labels)
            await asyncio.sleep(0.05)


ODD_SCORES: list[Any] = [
    None, 1.5, -0.1, "0.5", True, 10**400, [0.5], float("nan"), float("inf"),
]  # fmt: skip
ODD_LABELS: list[Any] = [1, None, True, "SPAM", "", ["spam"], {}]


@pytest.mark.parametrize(
    "outputs",
    [
        {},
        {"probability": [0.5]},
        {"label": ["spam"]},
        {**RIGHT, "probability": []},
        {**RIGHT, "probability": [0.5, 0.5]},
        {**RIGHT, "label": []},
        {**RIGHT, "label": ["spam", "spam"]},
        {"probability": [], "label": []},
        {"probability": 0.5, "label": "spam"},
        *({**RIGHT, "probability": [odd]} for odd in ODD_SCORES),
        *({**RIGHT, "label": [odd]} for odd in ODD_LABELS),
    ],
    ids=lambda outputs: json.dumps(outputs)[:60],
)
async def test_outputs_that_are_no_prediction_are_unusable(
    client: InferenceClient, model_server: FakeModelServer, outputs: dict[str, Any]
) -> None:
    """Missing outputs, wrong counts, and elements that are no probability or label."""
    model_server.answer = lambda _: reply(infer_answer(outputs))
    await assert_unavailable(client, "answer cannot be used", "unusable")


@pytest.mark.parametrize(
    "odd",
    [
        {"probability": [0.5, 2, 0.5]},
        {"label": ["spam", "ham", "no"]},
        {"label": [1, "no", "spam"]},
    ],
    ids=json.dumps,
)
async def test_one_bad_element_spoils_the_answer(
    client: InferenceClient, model_server: FakeModelServer, odd: dict[str, Any]
) -> None:
    """A bad score or label among good ones is not skipped."""
    good = {"probability": [0.5, 0.5, 0.5], "label": ["spam", "ham", "ham"]}
    model_server.answer = lambda _: reply(infer_answer({**good, **odd}))
    with pytest.raises(ModelUnavailable, match="cannot be used"):
        await client.predict(["a", "b", "c"], explain=False)


@pytest.mark.parametrize("threshold", ["0.5", True, [0.5]])
async def test_a_threshold_that_is_no_number_is_unusable(
    client: InferenceClient, model_server: FakeModelServer, threshold: Any
) -> None:
    """It would be passed on to clients that were promised a number."""
    model_server.answer = lambda _: reply(infer_answer(RIGHT, parameters={"threshold": threshold}))
    await assert_unavailable(client, "cannot be used", "unusable")


@pytest.mark.parametrize(
    "explanation",
    [
        ["{"],
        ["{}"],
        [5],
        [None],
        [EXPLANATION],
        [],
        ['{"x": ' + "[" * 9000 + "]" * 9000 + "}"],
        [json.dumps({**EXPLANATION, "terms": [{"term": 1, "contribution": 1}]})],
        None,
    ],
    ids=lambda value: str(value)[:40],
)
async def test_an_explanation_that_is_none_is_unusable(
    client: InferenceClient, model_server: FakeModelServer, explanation: list[Any] | None
) -> None:
    """Who asked why gets a reason or an error, not an answer without the reason."""
    outputs = RIGHT if explanation is None else {**RIGHT, "explanation": explanation}
    model_server.answer = lambda _: reply(infer_answer(outputs))
    await assert_unavailable(client, "cannot be used", "unusable", explain=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["spam", "ham", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(
    max_examples=150,
    deadline=None,
    # One server serves all examples; nothing in it changes but the answer.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    outputs=st.fixed_dictionaries({}, optional=dict.fromkeys(EXPLAINED, st.lists(JSON) | JSON)),
    parameters=st.dictionaries(st.sampled_from(["threshold", "x"]), JSON),
)
async def test_any_answer_is_a_prediction_or_none(
    client: InferenceClient,
    model_server: FakeModelServer,
    outputs: dict[str, Any],
    parameters: dict[str, Any],
) -> None:
    """No answer escapes as another error, and what is taken is a probability and a label."""
    body = infer_answer({**EXPLAINED, **outputs}, parameters=parameters)
    model_server.answer = lambda _: reply(body)
    try:
        got = await client.predict([SPAM], explain=True)
    except ModelUnavailable:
        return
    assert [type(score) for score in got.scores] == [float]
    assert 0 <= got.scores[0] <= 1
    assert got.labels in (["spam"], ["ham"])
    assert got.threshold is None or type(got.threshold) is float


async def test_an_answer_that_is_too_slow_is_given_up(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """After the time-out the model is unavailable, not asked again; a late answer is nobody's."""
    usual, model_server.answer = model_server.answer, model_server.never
    await assert_unavailable(client, r"does not answer \(.*Timeout", "unreachable")
    assert len(model_server.received) == 1
    model_server.answer = usual
    assert await labels_soon(client) == ["ham"]


async def test_an_address_may_have_a_path(model_server: FakeModelServer, started: Start) -> None:
    """A model server behind a path of a proxy is asked below that path."""
    async with started(f"{model_server.url}/models-a") as state:
        await state.metadata.client.predict([HAM], explain=False)
    assert model_server.received[0].path.startswith("/models-a/v2/models/")


async def test_nobody_listens(started: Start) -> None:
    """A connection that is refused is a model that is unavailable, at once."""
    async with started(f"http://127.0.0.1:{free_port()}") as state:
        await assert_unavailable(state.metadata.client, "does not answer", "unreachable")


async def test_a_server_that_ends_in_between(started: Start) -> None:
    """A server that answered before and is gone now is a model that is unavailable."""
    with fake_model_server() as server:
        async with started(server.url) as state:
            await state.metadata.client.predict([SPAM], explain=False)
            await asyncio.to_thread(server.end)
            await assert_unavailable(state.metadata.client, "does not answer", "unreachable")


async def test_calls_share_a_connection(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """A call after another goes over the connection that is there."""
    for _ in range(3):
        await client.predict([SPAM], explain=False)
    assert len({received.connection for received in model_server.received}) == 1


async def test_calls_at_once_do_not_wait_for_each_other(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """Each has a connection of its own, and its own answer."""
    texts = [[SPAM], [HAM]] * 8
    got = await asyncio.gather(*(client.predict(t, explain=False) for t in texts))
    assert [p.labels for p in got] == [["spam"], ["ham"]] * 8
    assert len({received.connection for received in model_server.received}) > 1


async def test_an_idle_connection_that_the_server_closed_is_replaced(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """The close is seen while idle, so the next call goes over a new connection and succeeds."""
    model_server.idle_seconds = 0.1
    for _ in range(3):
        assert (await client.predict([SPAM], explain=False)).labels == ["spam"]
        await asyncio.sleep(0.3)
    assert len({received.connection for received in model_server.received}) == 3


async def test_a_kept_connection_that_is_closed_under_a_call(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """A request that meets the closing of its connection is sent once more, and answered."""
    await client.predict([SPAM], explain=False)
    usual, closes = model_server.answer, [Reply(b"", close=True)]
    model_server.answer = lambda received: closes.pop() if closes else usual(received)
    before = outcomes()
    assert (await client.predict([SPAM], explain=False)).labels == ["spam"]
    assert outcomes() == {**before, "ok": before["ok"] + 1}
    first, _, third = model_server.received
    assert first.connection != third.connection


async def test_a_call_is_not_sent_three_times(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """A text that breaks the model server breaks it twice at most."""
    model_server.answer = lambda _: Reply(b"", close=True)
    await assert_unavailable(client, "Disconnected", "unreachable")
    assert len(model_server.received) == 2


async def test_an_answer_without_end_is_not_read(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """Beyond what so few texts can fill, an answer is refused while it still comes in."""
    endless = HEAD + b"transfer-encoding: chunked\r\n\r\n" + b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    # The last chunk never comes: who reads the whole of it waits until the time-out.
    model_server.answer = lambda _: Reply(endless + endless.partition(b"\r\n\r\n")[2] * 8)
    await assert_unavailable(client, "more than 66560 bytes", "unusable")


async def test_an_answer_to_another_call_is_unusable(
    client: InferenceClient, model_server: FakeModelServer
) -> None:
    """As of a cache on the way; without an id it is trusted, for not every server gives one."""
    model_server.answer = lambda _: reply(infer_answer(RIGHT, id="another"))
    await assert_unavailable(client, "the id of another call", "unusable")


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_text_that_is_not_taken(
    client: InferenceClient, model_server: FakeModelServer, status: int
) -> None:
    """Nothing is away then: it is the text, or their number, and trying again does not help."""
    model_server.answer = lambda _: reply(b'{"error": "too long"}', status)
    before = outcomes()
    with pytest.raises(TextRefused, match=rf"does not take the text \({status}\): too long"):
        await client.predict([SPAM], explain=False)
    assert outcomes() == {**before, "refused": before["refused"] + 1}


@pytest.mark.parametrize("status", [422, 503])
async def test_what_is_said_of_several_texts_is_not_passed_on(
    client: InferenceClient, model_server: FakeModelServer, status: int
) -> None:
    """It could quote one of them, and they can be of different senders."""
    model_server.answer = lambda _: reply(b'{"error": "cannot read my secret"}', status)
    with pytest.raises((ModelUnavailable, TextRefused)) as raised:
        await client.predict([SPAM, "my secret"], explain=False)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("purpose", ["answer", "shadow"])
@pytest.mark.parametrize("fails", [False, True])
async def test_a_call_counts_for_its_own_purpose_only(
    model_server: FakeModelServer, purpose: PredictFor, *, fails: bool
) -> None:
    """A call of the shadow, good or bad, moves no number of the answers, and the other way."""
    if fails:
        model_server.answer = lambda _: reply(PROBLEM, 503)
    before = {of: outcomes(of) for of in PURPOSES}
    times = timed()
    async with client_of(model_server.url, purpose) as client:
        with pytest.raises(ModelUnavailable) if fails else nullcontext():
            await client.predict([SPAM], explain=False)
    outcome = "refused" if fails else "ok"
    before[purpose][outcome] += 1
    assert {of: outcomes(of) for of in PURPOSES} == before
    assert timed() == {**times, purpose: times[purpose] + 1}


METADATA: dict[str, Any] = {
    "name": "m", "versions": ["7"], "platform": "fake", "inputs": [], "outputs": [],
}  # fmt: skip


async def test_what_serves(client: InferenceClient, model_server: FakeModelServer) -> None:
    """The model's own words about itself, counted and timed apart from the predictions."""
    before, predicted, times = outcomes("metadata"), outcomes(), timed()
    assert await client.served() == ServedModel("spam-classifier", "7", 0.5)
    assert model_server.received[0].path == "/v2/models/spam-classifier"
    assert outcomes("metadata") == {**before, "ok": before["ok"] + 1}
    assert outcomes() == predicted
    assert timed() == {**times, "metadata": times["metadata"] + 1}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(PROBLEM, 503), "refused"),
        (reply(b"{}"), "unusable"),
        (reply(b"<html>"), "unusable"),
        (reply(json.dumps({**METADATA, "versions": []}).encode()), "unusable"),
        (reply(json.dumps({**METADATA, "parameters": {"threshold": "0.5"}}).encode()), "unusable"),
        (Reply(b"", close=True), "unreachable"),
    ],
)
async def test_what_serves_cannot_be_told(
    client: InferenceClient, model_server: FakeModelServer, answer: Reply, outcome: str
) -> None:
    """The model is unavailable then, too, and it is counted."""
    model_server.answer = lambda _: answer
    before = outcomes("metadata")
    with pytest.raises(ModelUnavailable):
        await client.served()
    assert outcomes("metadata") == {**before, outcome: before[outcome] + 1}
