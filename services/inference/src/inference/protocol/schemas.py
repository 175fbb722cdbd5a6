"""Types of the infer request: what is taken, and no more is built of a body than that.

Decoding ends at the first element that does not fit. What would be quoted in an error is bounded.
"""

from typing import Annotated, Final

import msgspec

from kit import oip

OUTPUTS: Final = (oip.PROBABILITY, oip.LABEL, oip.EXPLANATION)
"""What a client can ask for."""

_LONGEST_NAME = 32


def _one_of(*names: str) -> msgspec.Meta:
    # Not a Literal: its error quotes what came instead, however long that is. Which of the names it
    # is is for who decodes to check.
    return msgspec.Meta(max_length=_LONGEST_NAME, extra_json_schema={"enum": list(names)})


Name = Annotated[str, _one_of(oip.INPUT)]
Datatype = Annotated[str, _one_of("BYTES")]
OutputName = Annotated[str, _one_of(*OUTPUTS)]
Size = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Shape(msgspec.Struct, array_like=True, gc=False):
    """`[n]` or `[n, 1]`, for n texts."""

    rows: Size
    columns: Size = 1
    more: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    """What is no shape of ours. Of a million dimensions, it makes nothing."""


class _Tensor(msgspec.Struct, gc=False):
    name: Name
    shape: Annotated[Shape, msgspec.Meta(extra_json_schema={"maxItems": 2})]
    datatype: Datatype


class TextTensor(_Tensor, gc=False):
    """The one input."""

    data: list[str]


class ColumnTensor(_Tensor, gc=False):
    """The same with texts in rows of one, as a column has them, or flat."""

    data: list[str | tuple[str]]


class BinaryTextTensor(_Tensor, gc=False):
    """The same with its texts behind the JSON."""

    parameters: oip.BinaryParameters


class TextOutput(msgspec.Struct, gc=False):
    """An output that the client asks for, once."""

    name: OutputName
    parameters: oip.OutputParameters | None = None


class InferRequest(msgspec.Struct, kw_only=True, gc=False):
    """What comes with the input in any request."""

    id: str | None = None
    outputs: list[TextOutput] | None = None
    parameters: oip.RequestParameters | None = None


class TextInferRequest(InferRequest, gc=False):
    """What the model is usually asked: one flat tensor of texts."""

    inputs: tuple[TextTensor]


class ColumnInferRequest(InferRequest, gc=False):
    """The same with texts in rows."""

    inputs: tuple[ColumnTensor]


class BinaryInferRequest(InferRequest, gc=False):
    """The same with a binary tensor."""

    inputs: tuple[BinaryTextTensor]
