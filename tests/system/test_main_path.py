"""One message through the house: real gateway, real model server, real registry."""

import json

import httpx2
import pytest

from fixtures.processes import wait_until_line
from fixtures.services import Stack

SPAM_FOR_THE_MODEL = (
    "Ur contact details have been selected, reply now 4 a chance of £££ & new phone"
)


def test_the_model_branch_answers_spam(stack: Stack) -> None:
    """Spam that no rule knows is called spam by the model.

    A public attempt compared the classifier's `1` with `"spam"`, so this branch always said ham.
    """
    answer = stack.classify(SPAM_FOR_THE_MODEL).json()
    assert (answer["layer"], answer["label"], answer["rule"]) == ("model", "spam", None)
    assert answer["score"] > 0.5
    assert answer["model"] == {"name": "spam-classifier", "version": "1"}


def test_a_rule_answers_without_the_model(stack: Stack) -> None:
    """Spam that a rule knows is answered by the rule, and no model is named."""
    answer = stack.classify("You have WON a £2000 prize! Call 09061701461 now to claim").json()
    assert (answer["layer"], answer["label"], answer["score"]) == ("heuristic", "spam", 1.0)
    assert answer["rule"]
    assert answer["model"] is None


def test_ham_is_answered_by_the_model(stack: Stack) -> None:
    """An ordinary message is ham, with the version that said so."""
    answer = stack.classify("Running ten minutes late, please order me a coffee").json()
    assert (answer["layer"], answer["label"]) == ("model", "ham")


@pytest.mark.parametrize(
    "text",
    ["I lost my card, can you call the bank?", "I won't be there tonight", "I won the argument"],
)
def test_words_inside_words_are_no_spam(stack: Stack, text: str) -> None:
    """A public attempt had rules on substrings, which called `card` and `I won't` spam."""
    assert stack.classify(text).json()["label"] == "ham"


def test_a_batch_keeps_the_order(stack: Stack) -> None:
    """Results stand in the order of the items, whoever decided each."""
    texts = ["see you at six", "You have WON a £2000 prize! Call 09061701461 now", "ok thanks"]
    items = [{"text": text, "id": str(number)} for number, text in enumerate(texts)]
    answer = httpx2.post(f"{stack.gateway_url}/v1/classify/batch", json={"items": items}).json()
    assert [result["id"] for result in answer["results"]] == ["0", "1", "2"]
    assert [result["label"] for result in answer["results"]] == ["ham", "spam", "ham"]
    assert [result["layer"] for result in answer["results"]] == ["model", "heuristic", "model"]


def test_the_request_id_leads_to_the_model_server(stack: Stack) -> None:
    """The id of a request is in the answer, and in the log beside that of its call onwards."""
    answer = httpx2.post(
        f"{stack.gateway_url}/v1/classify",
        json={"text": "hello there"},
        headers={"x-request-id": "trace-me-7"},
    )
    assert answer.headers["x-request-id"] == "trace-me-7"
    # The line is written when the answer has gone out, and so perhaps after it has come in.
    line = '"event": "answered", "service": "gateway", "request_id": "trace-me-7"'
    wait_until_line(line, stack.gateway, stack.folder / "gateway.log")
    gateway, inference = (
        [json.loads(line) for line in stack.log_of(service).splitlines()]
        for service in ("gateway", "inference")
    )
    (call,) = [line["call"] for line in gateway if "trace-me-7" in line.get("requests", ())]
    for lines, request_id, route in (
        (gateway, "trace-me-7", "/v1/classify"),
        (inference, call, "/v2/models/{name}/infer"),
    ):
        (mine,) = [line for line in lines if line.get("request_id") == request_id]
        assert (mine["event"], mine["route"], mine["status"]) == ("answered", route, 200)


def test_no_log_line_holds_a_message(stack: Stack) -> None:
    """Texts never reach a log line, whether the request succeeds or not."""
    secret = "zanzibar-parsnip-quintessence"
    stack.classify(secret)
    httpx2.post(f"{stack.gateway_url}/v1/classify", json={"text": secret, "nonsense": secret})
    httpx2.post(f"{stack.gateway_url}/v1/classify", content=f'{{"text": "{secret}'.encode())
    for service in ("gateway", "inference", "mlflow"):
        assert secret not in stack.log_of(service)


def test_logs_are_json_lines(stack: Stack) -> None:
    """Each line that our services log is one JSON object with its service's name."""
    for service in ("gateway", "inference"):
        lines = [json.loads(line) for line in stack.log_of(service).splitlines()]
        assert lines
        assert {line["service"] for line in lines} == {service}


def test_metrics_tell_the_layers_apart(stack: Stack) -> None:
    """The gateway counts decisions by layer and label, the model server names its version."""
    gateway = httpx2.get(f"{stack.gateway_url}/metrics").text
    assert 'hamgate_gateway_decisions_total{label="spam",layer="heuristic"}' in gateway
    assert 'hamgate_gateway_decisions_total{label="ham",layer="model"}' in gateway
    inference = httpx2.get(f"{stack.inference_url}/metrics").text
    labels = 'alias="Production",name="spam-classifier",scorer="compiled",version="1"'
    assert f"hamgate_inference_model_info{{{labels}}} 1.0" in inference


def test_mlflow_refuses_an_unknown_host(stack: Stack) -> None:
    """MLflow's server takes only known Host headers: the address we give out must be one."""
    refused = httpx2.get(
        f"{stack.mlflow.url}/api/2.0/mlflow/experiments/search?max_results=1",
        headers={"host": "mlflow.example"},
    )
    assert refused.status_code == 403
    taken = httpx2.get(f"{stack.mlflow.url}/api/2.0/mlflow/experiments/search?max_results=1")
    assert taken.status_code == 200
