import struct
from typing import Any

import msgspec
import pytest

from fixtures.models import FakeSource, ref
from inference.protocol.binary import bytes_tensor
from inference.protocol.infer_request import InferCall
from inference.protocol.infer_response import respond
from inference.slot import Model
from kit import oip

SCORES = [0.125, 0.4, 1.0]
LABELS = ["ham", "spam", "spam"]


@pytest.fixture
def model(source: FakeSource) -> Model:
    """Version 1, with a threshold of 0.4."""
    return source.model(ref("1"))


def call(*outputs: str, binary: frozenset[str] = frozenset(), id_: str | None = None) -> InferCall:
    """Return a call for these outputs."""
    return InferCall(["x"] * len(SCORES), outputs, binary, id_)


def outputs(head: bytes) -> list[Any]:
    """Return the outputs of an answer's JSON."""
    found: list[Any] = msgspec.json.decode(head)["outputs"]
    return found


def test_json(model: Model) -> None:
    """Every output with its data; a client of the protocol's types can read it."""
    answer = respond(
        model, call("label", "probability", "explanation", id_="q"), SCORES, ["{}"] * 3
    )
    read = msgspec.json.decode(answer.body, type=oip.InferResponse)
    assert (read.model_name, read.model_version, read.id) == ("spam-classifier", "1", "q")
    assert read.parameters == {"threshold": 0.4}
    assert read.outputs == [
        oip.Tensor("label", [3], "BYTES", LABELS),
        oip.Tensor("probability", [3], "FP64", SCORES),
        oip.Tensor("explanation", [3], "BYTES", ["{}"] * 3),
    ]
    assert dict(answer.headers) == {b"content-type": b"application/json"}


def test_no_texts(model: Model) -> None:
    """Their outputs are there, and empty."""
    found = outputs(respond(model, call("probability"), [], []).body)
    assert found == [{"name": "probability", "shape": [0], "datatype": "FP64", "data": []}]


def test_binary(model: Model) -> None:
    """In the order of the outputs, those that are wanted so stand behind the JSON."""
    wanted = call("label", "explanation", "probability", binary=frozenset({"label", "probability"}))
    answer = respond(model, wanted, SCORES, ["{}"] * 3)
    headers = dict(answer.headers)
    assert headers[b"content-type"] == b"application/octet-stream"
    length = int(headers[b"inference-header-content-length"])
    label, explanation, probability = outputs(answer.body[:length])
    labels, numbers = bytes_tensor(LABELS), struct.pack("<3d", *SCORES)
    assert answer.body[length:] == labels + numbers
    assert label == {
        "name": "label",
        "shape": [3],
        "datatype": "BYTES",
        "parameters": {"binary_data_size": len(labels)},
    }
    assert explanation["data"] == ["{}"] * 3
    assert probability["parameters"] == {"binary_data_size": 24}
