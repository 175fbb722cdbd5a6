"""The infer request: from a body, JSON or with a binary tensor, to texts and wanted outputs."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec

from inference.protocol import binary
from kit import oip
from kit.body import check_json, decode_json
from kit.errors import Invalid, Malformed
from kit.hot import HotRequest

OUTPUTS: Final = (oip.PROBABILITY, oip.LABEL, oip.EXPLANATION)
"""What a client can ask for."""

_DEFAULT_OUTPUTS: Final = (oip.PROBABILITY, oip.LABEL)
_JSON_LENGTH = oip.JSON_LENGTH.encode()
_BINARY = oip.BINARY.encode()


class InferCall(msgspec.Struct, frozen=True, gc=False):
    """What a client wants to know."""

    texts: list[str]
    outputs: Sequence[str]
    """Names, in the order in which they are sent."""
    binary: frozenset[str]
    """Those of them that are sent as binary tensors."""
    id: str | None


@dataclass(frozen=True)
class Limits:
    """What is taken in one request."""

    texts: int
    text_bytes: int
    """Of UTF-8, in each text."""


class TextTensor(msgspec.Struct, gc=False):
    """The one input."""

    name: Literal["text"]
    shape: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0)]],
        msgspec.Meta(min_length=1, max_length=2, description="`[n]` or `[n, 1]`, for n texts."),
    ]
    datatype: Literal["BYTES"]
    data: list[str]


class TextOutput(msgspec.Struct, gc=False):
    """An output that the client asks for, once."""

    name: Literal["probability", "label", "explanation"]
    parameters: oip.OutputParameters | None = None


class TextInferRequest(msgspec.Struct, gc=False):
    """What the model is usually asked: `InferRequest` with one flat tensor of texts."""

    inputs: tuple[TextTensor]
    id: str | None = None
    outputs: list[TextOutput] | None = None
    parameters: oip.RequestParameters | None = None


class _BinaryRequest(msgspec.Struct):
    inputs: list[oip.BinaryTensor]
    id: str | None = None
    outputs: list[oip.RequestedOutput] | None = None
    parameters: oip.RequestParameters | None = None


_usual = msgspec.json.Decoder(TextInferRequest)
_any = msgspec.json.Decoder(oip.InferRequest)
_binary = msgspec.json.Decoder(_BinaryRequest)


def decode(request: HotRequest, limits: Limits) -> InferCall:
    """Return what a request asks.

    Raises:
        UnsupportedMedia: The content type is none of the protocol's.
        Malformed: The body is not JSON in UTF-8, or its parts are not where it says.
        Invalid: The input is not one BYTES tensor `text` of shape [n] or [n, 1], its elements do
            not fill its shape, it holds too many or too long texts, or an output is asked for that
            the model does not have, or twice.
    """
    json_length = request.header(_JSON_LENGTH)
    if json_length is not None:
        return _decode_binary(request, json_length, limits)
    try:
        usual = request.json(_usual)
    except Invalid:  # not the usual one; the general decoder takes it, or says what is wrong
        return _decode_any(request.json(_any), limits)
    (tensor,) = usual.inputs
    return _call(usual, tensor.shape, tensor.data, limits)


def _decode_any(found: oip.InferRequest, limits: Limits) -> InferCall:
    tensor = _the_input(found.inputs)
    return _call(found, tensor.shape, _strings(_flatten(tensor.data)), limits)


def _decode_binary(request: HotRequest, json_length: bytes, limits: Limits) -> InferCall:
    if request.content_type != _BINARY:
        check_json(request.content_type)  # tritonclient sends none, which is taken for JSON's
    head, tail = binary.split(request.body, json_length)
    try:
        found = decode_json(_binary, head)
    except Invalid:
        if tail:
            raise
        return _decode_any(decode_json(_any, head), limits)  # the header was not needed
    tensor = _the_input(found.inputs)
    size = tensor.parameters.binary_data_size
    if size != len(tail):
        msg = f"inputs.0: a binary_data_size of {size}, and {len(tail)} bytes behind the JSON"
        raise Malformed(msg)
    return _call(found, tensor.shape, binary.texts(tail, limits.texts, "inputs.0"), limits)


def _call(
    request: TextInferRequest | oip.InferRequest | _BinaryRequest,
    shape: list[int],
    texts: list[str],
    limits: Limits,
) -> InferCall:
    if shape != [len(texts)]:
        _check_shape(shape, len(texts))
    if len(texts) > limits.texts:
        msg = f"inputs.0.data: {len(texts)} texts, at most {limits.texts} are taken at once"
        raise Invalid(msg)
    # No character is longer than four bytes: most texts need not be encoded to be counted.
    if max(map(len, texts), default=0) * 4 > limits.text_bytes:
        _check_lengths(texts, limits.text_bytes)
    outputs, sent_binary = _wanted(request.outputs, request.parameters)
    return InferCall(texts, outputs, sent_binary, request.id)


def _the_input(inputs: list[oip.Tensor] | list[oip.BinaryTensor]) -> Any:
    if len(inputs) != 1 or inputs[0].name != oip.INPUT:
        msg = f"inputs: exactly one input named {oip.INPUT!r} is needed"
        raise Invalid(msg)
    if inputs[0].datatype != "BYTES":
        msg = f"inputs.0.datatype: {inputs[0].datatype}, only BYTES is taken"
        raise Invalid(msg)
    return inputs[0]


def _check_shape(shape: list[int], count: int) -> None:
    if len(shape) not in (1, 2) or shape[1:] not in ([], [1]):
        msg = f"inputs.0.shape: {shape}, only [n] or [n, 1] is taken"
        raise Invalid(msg)
    if count != math.prod(shape):
        msg = f"inputs.0.data: {count} elements do not fill the shape {shape}"
        raise Invalid(msg)


def _check_lengths(texts: list[str], most: int) -> None:
    for index, text in enumerate(texts):
        if len(text.encode()) > most:
            msg = f"inputs.0.data.{index}: more than {most} bytes of UTF-8"
            raise Invalid(msg)


def _strings(data: Iterable[Any]) -> list[str]:
    texts = list(data)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            msg = f"inputs.0.data.{index}: a {type(text).__name__}, not a string"
            raise Invalid(msg)
    return texts


def _flatten(data: list[Any]) -> Iterable[Any]:
    for element in data:
        if isinstance(element, list):
            yield from element
        else:
            yield element


def _wanted(
    asked: Sequence[oip.RequestedOutput | TextOutput] | None,
    parameters: oip.RequestParameters | None,
) -> tuple[Sequence[str], frozenset[str]]:
    """Return the names of the outputs to send, and of those to send as binary tensors."""
    all_binary = parameters is not None and parameters.binary_data_output
    if not asked:
        return _DEFAULT_OUTPUTS, frozenset(_DEFAULT_OUTPUTS if all_binary else ())
    names = [output.name for output in asked]
    if len(names) != len(set(names)):
        msg = f"outputs: {len(names)} are asked for, {len(set(names))} of them different"
        raise Invalid(msg)
    for index, name in enumerate(names):
        if name not in OUTPUTS:
            msg = f"outputs.{index}.name: no output {name!r}, there are {', '.join(OUTPUTS)}"
            raise Invalid(msg)
    return names, frozenset(o.name for o in asked if _is_binary(o, all_binary=all_binary))


def _is_binary(output: oip.RequestedOutput | TextOutput, *, all_binary: bool) -> bool:
    own = output.parameters.binary_data if output.parameters else None
    return all_binary if own is None else own
