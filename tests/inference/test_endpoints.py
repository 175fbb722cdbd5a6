import json
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from fixtures.models import FakeSource
from inference.app import create_app
from inference.errors import NotNamed
from inference.settings import Settings

INFER = "/v2/models/spam-classifier/infer"
SETTINGS = Settings(poll_seconds=0.02, max_batch_size=4, max_text_bytes=100)


def wait_for(client: TestClient, path: str, status: int) -> None:
    """Wait until a path has a status."""
    deadline = time.monotonic() + 10
    while client.get(path).status_code != status:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def client(source: FakeSource) -> Iterator[TestClient]:
    """A client of the model server with version 1 loaded."""
    with TestClient(create_app(SETTINGS, source)) as client:
        wait_for(client, "/readyz", 200)
        yield client


def infer(client: TestClient, data: list[Any], **change: Any) -> Any:
    """Post an infer request over one tensor."""
    tensor = {"name": "text", "datatype": "BYTES", "shape": [len(data)], "data": data, **change}
    return client.post(INFER, json={"inputs": [tensor]})


def test_starts_without_a_model_and_takes_it_when_it_comes(source: FakeSource) -> None:
    """Live and not ready at first; ready once the alias names a version."""
    source.poll_error = NotNamed("nothing yet")
    with TestClient(create_app(SETTINGS, source)) as client:
        assert client.get("/livez").status_code == 200
        assert client.get("/v2/health/live").status_code == 200
        for path in ("/readyz", "/v2/health/ready", "/v2/models/spam-classifier/ready"):
            assert client.get(path).status_code == 503
        assert client.get("/readyz").json()["failures"] == {
            "model": "no model is loaded: nothing yet"
        }
        refused = infer(client, ["hi"])
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        source.poll_error = None
        wait_for(client, "/readyz", 200)
        assert infer(client, ["hi"]).status_code == 200


def test_metadata(client: TestClient) -> None:
    """Server and model describe themselves as the protocol says."""
    server = client.get("/v2").json()
    assert set(server) == {"name", "version", "extensions"}
    assert server["extensions"] == ["binary_tensor_data"]
    model = client.get("/v2/models/spam-classifier").json()
    assert model["versions"] == ["1"]
    assert model["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert [output["name"] for output in model["outputs"]] == [
        "probability", "label", "explanation",
    ]  # fmt: skip
    assert client.get("/v2/models/spam-classifier/versions/1").json() == model
    ready = client.get("/v2/models/spam-classifier/versions/1/ready").json()
    assert ready == {"name": "spam-classifier", "version": "1", "ready": True}


def test_infer(client: TestClient) -> None:
    """Probability and label of each text, in order, with the version that said so."""
    answer = infer(client, ["see you at six", "FREE prize! Call 09061701461 now to claim"]).json()
    assert (answer["model_name"], answer["model_version"]) == ("spam-classifier", "1")
    outputs = {output["name"]: output for output in answer["outputs"]}
    assert outputs["label"]["data"] == ["ham", "spam"]
    assert outputs["label"]["datatype"] == "BYTES"
    low, high = outputs["probability"]["data"]
    assert low < 0.4 < high
    assert outputs["probability"]["shape"] == [2]
    assert answer["parameters"] == {"threshold": 0.4}


def test_only_the_outputs_asked_for(client: TestClient) -> None:
    """The client's id comes back, and an explanation only to who asks."""
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1], "data": ["free prize"]}
    body = {"id": "q1", "inputs": [tensor], "outputs": [{"name": "explanation"}]}
    answer = client.post(INFER, json=body).json()
    assert answer["id"] == "q1"
    assert [output["name"] for output in answer["outputs"]] == ["explanation"]
    explanation = json.loads(answer["outputs"][0]["data"][0])
    assert set(explanation) == {"logit", "intercept", "terms", "rest"}


def test_binary_tensors(client: TestClient) -> None:
    """Texts behind the JSON are scored as in it, and answered so if that is asked for."""
    data = b"\x04\x00\x00\x00free\x05\x00\x00\x00prize"
    tensor: dict[str, Any] = {"name": "text", "datatype": "BYTES", "shape": [2]}
    tensor["parameters"] = {"binary_data_size": len(data)}
    head = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}).encode()
    headers = {
        "content-type": "application/octet-stream",
        "inference-header-content-length": str(len(head)),
    }
    answer = client.post(INFER, content=head + data, headers=headers)
    assert answer.status_code == 200
    length = int(answer.headers["inference-header-content-length"])
    sizes = [
        o["parameters"]["binary_data_size"] for o in json.loads(answer.content[:length])["outputs"]
    ]
    assert len(answer.content) == length + sum(sizes)
    numbers = struct.unpack("<2d", answer.content[length : length + 16])
    assert list(numbers) == infer(client, ["free", "prize"]).json()["outputs"][0]["data"]
    broken = client.post(INFER, content=head + data[:-1], headers=headers)
    assert broken.status_code == 400
    assert "16 bytes behind the JSON" in broken.json()["error"]


@pytest.mark.parametrize("path", [INFER, "/hooks/registry"])
def test_bodies_are_bounded_together(source: FakeSource, path: str) -> None:
    """One that does not fit is answered with 503; what was read before takes nothing any more."""
    settings = Settings(
        poll_seconds=0.02, max_bodies_bytes=50_000, webhook_secret=SecretStr("hush")
    )
    with TestClient(create_app(settings, source)) as client:
        for _ in range(3):
            assert client.post(path, content=b" " * 40_000).status_code == 400
        answer = client.post(path, content=b" " * 50_001)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_large_request_is_answered_like_small_ones(source: FakeSource) -> None:
    """Scored and explained in pieces in the thread, and still all of it in order."""
    settings = Settings(poll_seconds=0.02)
    texts = [f"win a prize {number}" for number in range(70)] + ["free " * 4000]
    asked = [{"name": name} for name in ("probability", "label", "explanation")]
    with TestClient(create_app(settings, source)) as client:
        wait_for(client, "/readyz", 200)

        def ask(texts: list[str]) -> list[list[Any]]:
            tensor = {"name": "text", "datatype": "BYTES", "shape": [len(texts)], "data": texts}
            answer = client.post(INFER, json={"inputs": [tensor], "outputs": asked}).json()
            return [output["data"] for output in answer["outputs"]]

        together = ask(texts)
        assert [len(column) for column in together] == [71] * 3
        for index in (0, 69, 70):
            alone = ask([texts[index]])
            assert together[0][index] == pytest.approx(alone[0][0], abs=1e-12)
            assert [column[index] for column in together[1:]] == [c[0] for c in alone[1:]]


def test_a_column_of_texts_is_taken(client: TestClient) -> None:
    """Shape [n, 1], nested or flat, is the same n texts."""
    nested = infer(client, [["a"], ["b"]], shape=[2, 1]).json()
    flat = infer(client, ["a", "b"], shape=[2, 1]).json()
    assert nested["outputs"] == flat["outputs"]


@pytest.mark.parametrize(
    ("data", "change", "detail"),
    [
        (["a"], {"name": "txt"}, "one input named 'text'"),
        (["a"], {"datatype": "FP32"}, "only BYTES"),
        (["a"], {"datatype": "STRING"}, "STRING, only BYTES"),
        (["a"], {"shape": [2]}, "do not fill"),
        (["a"], {"shape": [1, 1, 1]}, "more than two dimensions, only [n]"),
        (["a"], {"shape": [-1]}, ">= 0 - at `$.inputs[0].shape[0]`"),
        (["a"], {"shape": []}, "length 1, got 0 - at `$.inputs[0].shape`"),
        ([5], {}, "got `int` - at `$.inputs[0].data[0]`"),
        (["a", None], {}, "got `null` - at `$.inputs[0].data[1]`"),
        ([["a", "b"]], {"shape": [2, 1]}, "length 1 - at `$.inputs[0].data[0]`"),
        ([["a"], ["b"]], {"shape": [1, 2]}, "[1, 2], only [n]"),
        (["a"] * 5, {}, "at most 4"),
        (["é" * 51], {}, "more than 100 bytes"),
    ],
)
def test_a_bad_tensor_is_refused(
    client: TestClient, data: list[Any], change: dict[str, Any], detail: str
) -> None:
    """422 with the place of the fault, and `error` as the protocol wants it."""
    refused = infer(client, data, **change)
    assert refused.status_code == 422
    assert detail in refused.json()["error"]


def test_an_unknown_output_is_refused(client: TestClient) -> None:
    """The message lists the outputs that there are."""
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1], "data": ["a"]}
    body = {"inputs": [tensor], "outputs": [{"name": "verdict"}]}
    refused = client.post(INFER, json=body)
    assert refused.status_code == 422
    assert "probability, label, explanation" in refused.json()["error"]


def test_an_output_is_sent_once(client: TestClient) -> None:
    """Asked for a hundred thousand times, one label would be an answer of hundreds of megabytes."""
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1], "data": ["a"]}
    refused = client.post(INFER, json={"inputs": [tensor], "outputs": [{"name": "label"}] * 9})
    assert refused.status_code == 422
    assert "9 are asked for, 1 of them different" in refused.json()["error"]


def test_another_model_or_version_is_not_found(client: TestClient) -> None:
    """404 names what does serve."""
    other = client.post("/v2/models/other/infer", json={"inputs": []})
    assert other.status_code == 404
    assert "spam-classifier" in other.json()["error"]
    version = client.get("/v2/models/spam-classifier/versions/7/ready")
    assert version.status_code == 404
    assert "'1' does" in version.json()["error"]


def test_empty_text_and_control_characters_are_scored(client: TestClient) -> None:
    """What a client may send is answered: nothing, NUL, emoji."""
    answer = infer(client, ["", "a\x00b", "😀"])
    assert answer.status_code == 200
    assert len(answer.json()["outputs"][0]["data"]) == 3


def test_openapi_describes_the_protocol(client: TestClient) -> None:
    """The document has the types of the infer call, both forms of its bodies, and their header."""
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert {"TextInferRequest", "InferResponse", "ModelMetadata", "Problem"} <= set(schemas)
    call = document["paths"]["/v2/models/{name}/infer"]["post"]
    for body in (call["requestBody"], call["responses"]["200"]):
        assert set(body["content"]) == {"application/json", "application/octet-stream"}
    parameters = {p["name"]: (p["in"], p.get("required", False)) for p in call["parameters"]}
    header = "Inference-Header-Content-Length"
    assert parameters == {"name": ("path", True), header: ("header", False)}
    assert set(call["responses"]["200"]["headers"]) == {header}


def test_a_version_is_named_by_the_path_only(client: TestClient) -> None:
    """Where the path has none, no parameter of the query is documented or read in its stead."""
    paths = client.get("/openapi.json").json()["paths"]
    names = [p["name"] for p in paths["/v2/models/{name}"]["get"]["parameters"]]
    assert names == ["name"]
    assert client.get("/v2/models/spam-classifier?version=7").status_code == 200
