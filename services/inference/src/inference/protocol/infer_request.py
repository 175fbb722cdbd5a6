"""The infer request: from a body, JSON or with a binary tensor, to texts and wanted outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

import msgspec

from inference.protocol import binary
from inference.protocol.schemas import (
    OUTPUTS,
    BinaryInferRequest,
    BinaryTextTensor,
    ColumnInferRequest,
    ColumnTensor,
    InferRequest,
    Shape,
    TextInferRequest,
    TextOutput,
    TextTensor,
)
from kit import oip
from kit.body import check_json, decode_json
from kit.errors import Invalid, Malformed
from kit.hot import HotRequest

_DEFAULT_OUTPUTS: Final = (oip.PROBABILITY, oip.LABEL)
_Input = TextTensor | ColumnTensor | BinaryTextTensor
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


_usual = msgspec.json.Decoder(TextInferRequest)
_column = msgspec.json.Decoder(ColumnInferRequest)
_binary = msgspec.json.Decoder(BinaryInferRequest)
_DATA = "$.inputs[0].data"
"""What decoding calls the place of the texts."""
_SMALL_BODY = 64 * 1024
"""Bytes of JSON that are decoded in a millisecond, whatever they are."""
_OTHER_STRINGS = 500
"""Strings that are taken beside the texts: keys, names, and parameters that nobody reads."""


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
    if len(request.body) > _SMALL_BODY:
        _check_strings(request.body, limits)
    try:
        usual = request.json(_usual)
    except Invalid as error:
        if _DATA not in str(error):
            raise
        # Not the usual one; the other decoder takes it, or says what is wrong.
        return _of_column(request.json(_column), limits)
    (tensor,) = usual.inputs
    return _call(usual, tensor, tensor.data, limits)


def _of_column(found: ColumnInferRequest, limits: Limits) -> InferCall:
    (tensor,) = found.inputs
    texts = [text if isinstance(text, str) else text[0] for text in tensor.data]
    return _call(found, tensor, texts, limits)


def _decode_binary(request: HotRequest, json_length: bytes, limits: Limits) -> InferCall:
    if request.content_type != _BINARY:
        check_json(request.content_type)  # tritonclient sends none, which is taken for JSON's
    head, tail = binary.split(request.body, json_length)
    if len(head) > _SMALL_BODY:
        _check_strings(head, limits)
    try:
        found = decode_json(_binary, head)
    except Invalid:
        if tail:
            raise
        return _of_column(decode_json(_column, head), limits)  # the header was not needed
    (tensor,) = found.inputs
    size = tensor.parameters.binary_data_size
    if size != len(tail):
        msg = f"inputs.0: a binary_data_size of {size}, and {len(tail)} bytes behind the JSON"
        raise Malformed(msg)
    return _call(found, tensor, binary.texts(tail, limits.texts, "inputs.0"), limits)


def _check_strings(data: bytes, limits: Limits) -> None:
    """Refuse JSON of more strings than the texts that are taken can be, before they are made.

    Each string has two quotes, and the first is never one behind a backslash.
    """
    most = 2 * (limits.texts + _OTHER_STRINGS)
    quotes = data.count(b'"')
    if quotes > most and quotes - data.count(b'\\"') > most:
        msg = f"inputs.0.data: too many strings, at most {limits.texts} texts are taken at once"
        raise Invalid(msg)


def _call(request: InferRequest, tensor: _Input, texts: list[str], limits: Limits) -> InferCall:
    if tensor.name != oip.INPUT or tensor.datatype != "BYTES":
        _refuse_input(tensor)
    shape = tensor.shape
    if shape.rows != len(texts) or shape.columns != 1 or shape.more is not msgspec.UNSET:
        _refuse_shape(shape, len(texts))
    if len(texts) > limits.texts:
        msg = f"inputs.0.data: {len(texts)} texts, at most {limits.texts} are taken at once"
        raise Invalid(msg)
    # No character is longer than four bytes: most texts need not be encoded to be counted.
    if max(map(len, texts), default=0) * 4 > limits.text_bytes:
        _check_lengths(texts, limits.text_bytes)
    outputs, sent_binary = _wanted(request.outputs, request.parameters)
    return InferCall(texts, outputs, sent_binary, request.id)


def _refuse_input(tensor: _Input) -> NoReturn:
    msg = f"inputs.0.datatype: {tensor.datatype}, only BYTES is taken"
    if tensor.name != oip.INPUT:
        msg = f"inputs: exactly one input named {oip.INPUT!r} is needed, not {tensor.name!r}"
    raise Invalid(msg)


def _refuse_shape(shape: Shape, count: int) -> NoReturn:
    msg = f"inputs.0.data: {count} elements do not fill the shape [{shape.rows}]"
    if shape.more is not msgspec.UNSET:
        msg = "inputs.0.shape: more than two dimensions, only [n] or [n, 1] is taken"
    elif shape.columns != 1:
        msg = f"inputs.0.shape: [{shape.rows}, {shape.columns}], only [n] or [n, 1] is taken"
    raise Invalid(msg)


def _check_lengths(texts: list[str], most: int) -> None:
    for index, text in enumerate(texts):
        if len(text.encode()) > most:
            msg = f"inputs.0.data.{index}: more than {most} bytes of UTF-8"
            raise Invalid(msg)


def _wanted(
    asked: Sequence[TextOutput] | None,
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


def _is_binary(output: TextOutput, *, all_binary: bool) -> bool:
    own = output.parameters.binary_data if output.parameters else None
    return all_binary if own is None else own
