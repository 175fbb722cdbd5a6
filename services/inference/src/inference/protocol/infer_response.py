"""The infer response: from scores to a body, JSON or with binary tensors."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from inference.protocol import binary
from inference.protocol.infer_request import InferCall
from inference.slot import Model
from kit import oip
from kit.hot import Answer
from kit.registry import REGISTERED_MODEL

_encode = msgspec.json.Encoder().encode
_JSON_LENGTH = oip.JSON_LENGTH.encode()
_TO_BYTES: dict[oip.Datatype, Callable[[Sequence[Any]], bytes]] = {
    "BYTES": binary.bytes_tensor,
    "FP64": binary.fp64_tensor,
}


class _Response(msgspec.Struct, omit_defaults=True, gc=False):
    """`oip.InferResponse`, whose outputs may be binary."""

    model_name: str
    model_version: str
    outputs: Sequence[oip.Tensor | oip.BinaryTensor]
    parameters: dict[str, Any]
    id: str | None = None


def respond(model: Model, call: InferCall, scores: list[float], explanations: list[str]) -> Answer:
    """Return the protocol's answer to `call`.

    Args:
        model: What has scored.
        call: What was asked.
        scores: The probability of spam of each text.
        explanations: As JSON, one a text, if they were asked for.
    """
    tensors = [_tensor(name, model, scores, explanations) for name in call.outputs]
    if call.binary:
        return _binary_answer(model, call, tensors)
    return Answer(_json(model, call, tensors))


def _tensor(name: str, model: Model, scores: list[float], explanations: list[str]) -> oip.Tensor:
    shape = [len(scores)]
    if name == oip.PROBABILITY:
        return oip.Tensor(name, shape, "FP64", scores)
    if name == oip.LABEL:
        return oip.Tensor(name, shape, "BYTES", list(map(model.label, scores)))
    return oip.Tensor(name, shape, "BYTES", explanations)


def _json(model: Model, call: InferCall, outputs: Sequence[oip.Tensor | oip.BinaryTensor]) -> bytes:
    parameters = {"threshold": model.threshold}
    return _encode(_Response(REGISTERED_MODEL, model.version, outputs, parameters, call.id))


def _binary_answer(model: Model, call: InferCall, tensors: list[oip.Tensor]) -> Answer:
    """Return the answer with the tensors that are wanted so behind the JSON, in their order."""
    outputs: list[oip.Tensor | oip.BinaryTensor] = []
    tail = []
    for tensor in tensors:
        if tensor.name in call.binary:
            tail.append(_TO_BYTES[tensor.datatype](tensor.data))
            size = oip.BinaryParameters(len(tail[-1]))
            outputs.append(oip.BinaryTensor(tensor.name, tensor.shape, tensor.datatype, size))
        else:
            outputs.append(tensor)
    head = _json(model, call, outputs)
    headers = ((b"content-type", oip.BINARY.encode()), (_JSON_LENGTH, b"%d" % len(head)))
    return Answer(b"".join((head, *tail)), headers)
