import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dataplane import wire
from bench.dataplane.systems import SYSTEMS, System
from gateway.schemas import BatchRequest, ClassifyRequest
from kit import oip
from kit.model_text import model_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@given(text=TEXT)
def test_no_body_holds_what_divides_bodies(system: System, text: str) -> None:
    """Else wrk would send halves."""
    assert b"\x1e" not in system.protocol.body(text)


@given(TEXT)
def test_the_gateway_is_asked_for_the_raw_text(text: str) -> None:
    """Its own types read the bodies."""
    body = wire.BY_MODEL.body(text)
    assert msgspec.json.decode(body, type=ClassifyRequest).text == text
    batch = msgspec.json.decode(wire.classify_batch([text, "b"]), type=BatchRequest)
    assert [item.text for item in batch.items] == [text, "b"]


@given(st.lists(TEXT, min_size=1))
def test_inference_is_asked_in_the_open_inference_protocol(texts: list[str]) -> None:
    """One BYTES tensor of as many elements as there are texts."""
    request = msgspec.json.decode(wire.infer(texts), type=oip.InferRequest)
    (tensor,) = request.inputs
    assert (tensor.name, tensor.shape, tensor.data) == (oip.INPUT, [len(texts)], texts)


def test_peers_are_sent_normalised_texts() -> None:
    """They score texts as they come, and are to score what hamgate scores."""
    text = "  Vi\u0430gra  NOW "
    for protocol in (wire.MLFLOW, wire.MLSERVER, wire.BENTOML):
        assert json.dumps(model_text(text)) in json.dumps(json.loads(protocol.body(text)))


@pytest.mark.parametrize(
    ("protocol", "answer", "score"),
    [
        (wire.BY_MODEL, {"score": 0.25, "label": "ham", "layer": "model"}, 0.25),
        (wire.MLFLOW, {"predictions": [[0.75, 0.25]]}, 0.25),
        (wire.MLSERVER, {"outputs": [{"name": "probability", "data": [0.25]}]}, 0.25),
        (wire.BENTOML, [0.25], 0.25),
    ],
)
def test_scores_are_read_from_the_answers(
    protocol: wire.Protocol, answer: object, score: float
) -> None:
    """Each in the server's own form."""
    assert protocol.read
    assert protocol.read(json.dumps(answer).encode()).score == score
