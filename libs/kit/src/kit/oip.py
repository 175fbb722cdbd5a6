"""Wire types of the Open Inference Protocol v2 (REST), as KServe publishes it.

Source: KServe's open-inference-protocol, `specification/protocol/inference_rest.md`, and for binary
tensors Triton's `docs/protocol/extension_binary_data.md`. A tensor's `data` is flat or nested in
row-major order; we send flat. A binary tensor has no `data`: its elements are behind the JSON, and
the header `JSON_LENGTH` says where the JSON ends.
"""

from typing import Annotated, Any, Final, Literal

import msgspec

INPUT: Final = "text"
"""Name of the one input: BYTES, shape [n], one raw UTF-8 message an element."""

PROBABILITY: Final = "probability"
"""Output: FP64, shape [n], the probability of spam."""

LABEL: Final = "label"
"""Output: BYTES, shape [n], `spam` or `ham`, by the threshold of the version."""

EXPLANATION: Final = "explanation"
"""Output, sent only when asked for: BYTES, shape [n], `Explanation` as JSON."""

BINARY_EXTENSION: Final = "binary_tensor_data"
"""What a server lists among its extensions if it takes and sends binary tensors."""

JSON_LENGTH: Final = "inference-header-content-length"
"""Header of a body with binary tensors: the length of the JSON before them, in bytes."""

BINARY: Final = "application/octet-stream"
"""Content type of such a body."""

Datatype = Literal[
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64",
    "FP16", "FP32", "FP64", "BYTES",
]  # fmt: skip


class OutputParameters(msgspec.Struct, omit_defaults=True, frozen=True):
    """How an output is to be sent."""

    binary_data: bool | None = None
    """As a binary tensor; None is what the request says of all outputs."""


class RequestedOutput(msgspec.Struct, omit_defaults=True):
    """An output that the client asks for."""

    name: str
    parameters: OutputParameters | None = None


class Tensor(msgspec.Struct, omit_defaults=True, gc=False):
    """An input or output tensor, with its elements in row-major order."""

    name: str
    shape: list[int]
    datatype: Datatype
    data: list[Any]
    parameters: dict[str, Any] | None = None


class BinaryParameters(msgspec.Struct, gc=False):
    """What says that a tensor is behind the JSON."""

    binary_data_size: Annotated[int, msgspec.Meta(ge=0)]
    """Length of the tensor, in bytes."""


class BinaryTensor(msgspec.Struct, gc=False):
    """A tensor behind the JSON, little-endian; each BYTES element behind its length, a uint32."""

    name: str
    shape: list[int]
    datatype: Datatype
    parameters: BinaryParameters


class RequestParameters(msgspec.Struct, omit_defaults=True, frozen=True):
    """How a request is to be answered."""

    binary_data_output: bool = False
    """All outputs as binary tensors, but those that say otherwise."""


class InferRequest(msgspec.Struct, omit_defaults=True):
    """Body of `POST /v2/models/{name}/infer`. No outputs asked for means the model's default."""

    inputs: list[Tensor]
    id: str | None = None
    outputs: list[RequestedOutput] | None = None
    parameters: RequestParameters | None = None


class InferResponse(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Answer of `POST /v2/models/{name}/infer`; in a binary one, `BinaryTensor` for `Tensor`."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[Tensor]
    parameters: dict[str, Any] = {}


class TensorMetadata(msgspec.Struct):
    """Name, type and shape of an input or output; -1 is a dimension of any size."""

    name: str
    datatype: Datatype
    shape: list[int]


class ModelMetadata(msgspec.Struct, omit_defaults=True):
    """Answer of `GET /v2/models/{name}`."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]
    parameters: dict[str, Any] = {}


class ServerMetadata(msgspec.Struct):
    """Answer of `GET /v2`."""

    name: str
    version: str
    extensions: list[str]


class Term(msgspec.Struct):
    """A term of a message and what it adds to the logit of spam."""

    term: str
    contribution: float


class Explanation(msgspec.Struct):
    """Why the model scored a message so: logit = intercept + all contributions."""

    logit: float
    intercept: float
    terms: list[Term]
    """The largest contributions, by absolute value."""
    rest: float
    """The sum of the contributions that are not listed."""
