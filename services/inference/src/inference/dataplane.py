"""The Open Inference Protocol's data plane for our one model, apart from HTTP."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from inference.slot import Model
from kit.errors import Invalid
from kit.oip import (
    EXPLANATION,
    INPUT,
    LABEL,
    PROBABILITY,
    InferRequest,
    InferResponse,
    ModelMetadata,
    Tensor,
    TensorMetadata,
)
from kit.registry import REGISTERED_MODEL

_DEFAULT_OUTPUTS = [PROBABILITY, LABEL]
_OUTPUTS = [*_DEFAULT_OUTPUTS, EXPLANATION]
_SLICE_TEXTS = 32
_SLICE_CHARS = 8192


def metadata(model: Model) -> ModelMetadata:
    """Return what the protocol tells of the model: its inputs and outputs, and its threshold."""
    return ModelMetadata(
        name=REGISTERED_MODEL,
        versions=[model.version],
        platform="hamgate_sklearn",
        inputs=[TensorMetadata(INPUT, "BYTES", [-1])],
        outputs=[
            TensorMetadata(PROBABILITY, "FP64", [-1]),
            TensorMetadata(LABEL, "BYTES", [-1]),
            TensorMetadata(EXPLANATION, "BYTES", [-1]),
        ],
        parameters={"threshold": model.threshold},
    )


def texts_of(request: InferRequest, max_texts: int, max_text_bytes: int) -> list[str]:
    """Return the texts of a request, in order.

    Raises:
        Invalid: The input is not one BYTES tensor `text` of shape [n] or [n, 1], its data do not
            fill its shape, or it holds too many or too long texts.
    """
    tensor = _the_input(request.inputs)
    data = list(_flatten(tensor.data))
    if len(data) != math.prod(tensor.shape):
        msg = f"inputs.0.data: {len(data)} elements do not fill the shape {tensor.shape}"
        raise Invalid(msg)
    if len(data) > max_texts:
        msg = f"inputs.0.data: {len(data)} texts, at most {max_texts} are taken at once"
        raise Invalid(msg)
    for index, text in enumerate(data):
        if not isinstance(text, str):
            msg = f"inputs.0.data.{index}: a {type(text).__name__}, not a string"
            raise Invalid(msg)
        if len(text.encode()) > max_text_bytes:
            msg = f"inputs.0.data.{index}: more than {max_text_bytes} bytes of UTF-8"
            raise Invalid(msg)
    return data


def wanted_outputs(request: InferRequest) -> list[str]:
    """Return the names of the outputs to send: those asked for, or the default ones.

    Raises:
        Invalid: An output is asked for that the model does not have, or twice.
    """
    names = [output.name for output in request.outputs] or _DEFAULT_OUTPUTS
    if len(names) != len(set(names)):
        msg = f"outputs: {len(names)} are asked for, {len(set(names))} of them different"
        raise Invalid(msg)
    for index, name in enumerate(names):
        if name not in _OUTPUTS:
            msg = f"outputs.{index}.name: no output {name!r}, there are {', '.join(_OUTPUTS)}"
            raise Invalid(msg)
    return names


@dataclass(frozen=True)
class Scored:
    """What the model says of some texts; both lists are in their order."""

    scores: list[float]
    explanations: list[str]
    """As JSON; empty unless asked for."""


def slices(texts: list[str]) -> Iterator[list[str]]:
    """Divide the texts of a request into pieces that are scored in a few milliseconds each.

    Between two pieces the scoring thread is free for other requests: a large one delays them by a
    piece and not by all of it.
    """
    piece: list[str] = []
    chars = 0
    for text in texts:
        if piece and (len(piece) == _SLICE_TEXTS or chars + len(text) > _SLICE_CHARS):
            yield piece
            piece, chars = [], 0
        piece.append(text)
        chars += len(text)
    if piece:
        yield piece


def score(model: Model, texts: list[str], outputs: list[str]) -> Scored:
    """Score `texts` with `model`, and explain them if that is among the outputs."""
    explained = texts if EXPLANATION in outputs else []
    return Scored(model.scorer.score(texts), [_explanation(model, text) for text in explained])


def respond(
    model: Model, scored: list[Scored], outputs: list[str], id_: str | None
) -> InferResponse:
    """Return the protocol's answer with the named outputs, from a request's pieces in order."""
    scores = [score for piece in scored for score in piece.scores]
    columns: dict[str, list[Any]] = {
        PROBABILITY: scores,
        LABEL: [model.label(score) for score in scores],
        EXPLANATION: [text for piece in scored for text in piece.explanations],
    }
    return InferResponse(
        model_name=REGISTERED_MODEL,
        model_version=model.version,
        id=id_,
        outputs=[
            Tensor(name, [len(scores)], "FP64" if name == PROBABILITY else "BYTES", columns[name])
            for name in outputs
        ],
        parameters={"threshold": model.threshold},
    )


def _explanation(model: Model, text: str) -> str:
    return msgspec.json.encode(model.scorer.explain(text)).decode()


def _the_input(inputs: list[Tensor]) -> Tensor:
    if len(inputs) != 1 or inputs[0].name != INPUT:
        msg = f"inputs: exactly one input named {INPUT!r} is needed"
        raise Invalid(msg)
    tensor = inputs[0]
    if tensor.datatype != "BYTES":
        msg = f"inputs.0.datatype: {tensor.datatype}, only BYTES is taken"
        raise Invalid(msg)
    if len(tensor.shape) not in (1, 2) or tensor.shape[1:] not in ([], [1]):
        msg = f"inputs.0.shape: {tensor.shape}, only [n] or [n, 1] is taken"
        raise Invalid(msg)
    return tensor


def _flatten(data: list[Any]) -> Iterable[Any]:
    for element in data:
        if isinstance(element, list):
            yield from element
        else:
            yield element
