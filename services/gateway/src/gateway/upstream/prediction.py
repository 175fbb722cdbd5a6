"""What the model server's answers say, once they are checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from gateway.schemas import Label, ModelRef
from kit import oip

UNUSABLE = (TypeError, ValueError, IndexError, RecursionError)
"""What reading an answer can raise; msgspec's own errors are ValueErrors."""

Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
_infer_response = msgspec.json.Decoder(oip.InferResponse)
_model_metadata = msgspec.json.Decoder(oip.ModelMetadata)
_explanation = msgspec.json.Decoder(oip.Explanation)


@dataclass(frozen=True)
class ServedModel:
    """The version that a model server serves."""

    name: str
    version: str
    threshold: float | None
    """A score at or above it is spam; None if the server does not say."""


class Prediction(msgspec.Struct, frozen=True):
    """What the model said of some texts; the lists are in their order."""

    model: ModelRef
    threshold: float | None
    scores: list[float]
    labels: list[Label]
    explanations: list[oip.Explanation] = []


def read_prediction(
    body: bytes | bytearray, call_id: str, count: int, asked: Sequence[str]
) -> Prediction:
    """Return what an answer says of `count` texts; one of `UNUSABLE` says what is wrong with it."""
    answer = _infer_response.decode(body)
    _check_id(answer, call_id)
    return _prediction(answer, count, asked)


def read_model(body: bytes | bytearray) -> ServedModel:
    """Return which model metadata name; one of `UNUSABLE` says what is wrong with them."""
    found = _model_metadata.decode(body)
    return ServedModel(found.name, found.versions[-1], _threshold(found.parameters))


def _threshold(parameters: dict[str, Any]) -> float | None:
    return msgspec.convert(parameters.get("threshold"), float | None)


def _check_id(answer: oip.InferResponse, call_id: str) -> None:
    """Raise ValueError for the answer to another call, as a cache on the way might give it."""
    if answer.id is not None and answer.id != call_id:
        msg = "it has the id of another call"
        raise ValueError(msg)


def _prediction(answer: oip.InferResponse, count: int, asked: Sequence[str]) -> Prediction:
    """Return the answer's outputs, checked; ValueError and TypeError say what is wrong."""
    outputs = {output.name: output.data for output in answer.outputs}
    lengths = {name: len(outputs.get(name, [])) for name in asked}
    if set(lengths.values()) != {count}:
        msg = f"{count} texts were asked about, and its outputs have these counts: {lengths}"
        raise ValueError(msg)
    return Prediction(
        model=ModelRef(answer.model_name, answer.model_version),
        threshold=_threshold(answer.parameters),
        # Checked element by element: a truth value or a string would pass for a number here.
        scores=msgspec.convert(outputs[oip.PROBABILITY], list[Probability]),
        labels=msgspec.convert(outputs[oip.LABEL], list[Label]),
        explanations=[_explanation.decode(text) for text in outputs.get(oip.EXPLANATION, [])],
    )
