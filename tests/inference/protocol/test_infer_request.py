import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.protocol.binary import bytes_tensor
from inference.protocol.infer_request import InferCall, Limits, decode
from kit.errors import Invalid, Malformed, UnsupportedMedia
from kit.hot import HotRequest

LIMITS = Limits(texts=4, text_bytes=100)
JSON = b"application/json"
OCTETS = b"application/octet-stream"


async def nothing() -> dict[str, Any]:
    """Receive nothing: the body has been read."""
    return {"type": "http.disconnect"}


def decoded(
    body: bytes,
    json_length: bytes | None = None,
    content_type: bytes = JSON,
    limits: Limits = LIMITS,
) -> InferCall:
    """Decode a request with this body."""
    headers = [] if json_length is None else [(b"inference-header-content-length", json_length)]

    async def served() -> InferCall:  # a request is made within the task that serves it
        return decode(HotRequest({"headers": headers}, nothing, content_type, body), limits)

    return asyncio.run(served())


def tensor(texts: list[Any], **change: Any) -> dict[str, Any]:
    """Return an input tensor."""
    shape = [len(texts)]
    return {"name": "text", "datatype": "BYTES", "shape": shape, "data": texts, **change}


def binary_request(data: bytes, shape: list[int], **change: Any) -> tuple[bytes, bytes]:
    """Return a body with `data` as a binary tensor, and the length of its JSON."""
    parameters = {"binary_data_size": len(data), **change}
    found = {"name": "text", "datatype": "BYTES", "shape": shape, "parameters": parameters}
    head = json.dumps({"inputs": [found]}).encode()
    return head + data, b"%d" % len(head)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=4))
def test_every_way_to_send_texts_says_the_same(texts: list[str]) -> None:
    """Flat, as a column, nested, and as a binary tensor."""
    count = len(texts)
    for sent in (
        tensor(texts),
        tensor(texts, shape=[count, 1]),
        tensor([[text] for text in texts], shape=[count, 1]),
    ):
        assert decoded(json.dumps({"inputs": [sent]}).encode()).texts == texts
    for shape in ([count], [count, 1]):
        body, length = binary_request(bytes_tensor(texts), shape)
        assert decoded(body, length, OCTETS).texts == texts


def test_without_outputs_the_default_ones_are_sent() -> None:
    """No list, an empty one and null are the same; parameters that nobody knows are ignored."""
    additions: list[dict[str, Any]] = [
        {},
        {"outputs": []},
        {"outputs": None},
        {"parameters": {"priority": 1}},
        {"parameters": None},
    ]
    for more in additions:
        call = decoded(json.dumps({"inputs": [tensor(["a"])], **more}).encode())
        assert (call.outputs, call.binary) == (("probability", "label"), frozenset())


@pytest.mark.parametrize(
    ("all_binary", "own", "expected"),
    [
        (None, None, set()),
        (True, None, {"label", "probability"}),
        (True, False, {"probability"}),
        (False, True, {"label"}),
        (None, True, {"label"}),
    ],
)
def test_an_outputs_own_word_goes_before_the_requests(
    all_binary: object, own: object, expected: set[str]
) -> None:
    """`binary_data` of an output overrides `binary_data_output` of the request."""
    label = {"name": "label", **({} if own is None else {"parameters": {"binary_data": own}})}
    parameters = {} if all_binary is None else {"binary_data_output": all_binary}
    body = {
        "inputs": [tensor(["a"])],
        "outputs": [label, {"name": "probability"}],
        "parameters": parameters,
    }
    call = decoded(json.dumps(body).encode())
    assert call.outputs == ["label", "probability"]
    assert call.binary == expected


def test_the_header_may_be_there_for_nothing() -> None:
    """JSON up to the end, with the texts in it, is taken; content type and all."""
    body = json.dumps({"inputs": [tensor(["a"])]}).encode()
    for content_type in (JSON, OCTETS):
        assert decoded(body, b"%d" % len(body), content_type).texts == ["a"]


@pytest.mark.parametrize(
    ("data", "shape", "change", "error", "detail"),
    [
        (bytes_tensor(["a"]), [2], {}, Invalid, "1 elements do not fill"),
        (bytes_tensor(["a"]), [1, 2], {}, Invalid, "only \\[n\\]"),
        (bytes_tensor(["a"] * 5), [5], {}, Invalid, "more than 4 elements"),
        (bytes_tensor(["é" * 51]), [1], {}, Invalid, "more than 100 bytes"),
        (b"\x09\x00\x00\x00a", [1], {}, Malformed, "element 0"),
        (bytes_tensor(["a"]), [1], {"binary_data_size": 4}, Malformed, "5 bytes behind"),
        (bytes_tensor(["a"]), [1], {"binary_data_size": 9}, Malformed, "size of 9"),
        (bytes_tensor(["a"]), [1], {"binary_data_size": -1}, Invalid, ">= 0"),
        (bytes_tensor(["a"]), [1], {"binary_data_size": "5"}, Invalid, "binary_data_size"),
    ],
)
def test_a_broken_binary_tensor_is_refused(
    data: bytes, shape: list[int], change: dict[str, Any], error: type[Exception], detail: str
) -> None:
    """Sizes that do not agree are malformed, a wrong number of texts is invalid."""
    body, length = binary_request(data, shape, **change)
    with pytest.raises(error, match=detail):
        decoded(body, length, OCTETS)


def test_a_binary_tensor_needs_the_header() -> None:
    """Without it the body is JSON without the texts, or of a content type that needs it."""
    body, length = binary_request(bytes_tensor(["a"]), [1])
    with pytest.raises(Invalid, match="required field `data`"):
        decoded(body)
    with pytest.raises(UnsupportedMedia):
        decoded(body, None, OCTETS)
    with pytest.raises(UnsupportedMedia):
        decoded(body, length, b"text/plain")


def body_of(data: bytes, **parts: bytes) -> bytes:
    """Return a body with these parts of JSON."""
    name, shape = parts.get("name", b'"text"'), parts.get("shape", b"[1]")
    tensor = b'{"name":%b,"datatype":"BYTES","shape":%b,"data":%b}' % (name, shape, data)
    return b'{"inputs":[%b],"outputs":%b}' % (tensor, parts.get("outputs", b"[]"))


def elements(element: bytes, count: int) -> bytes:
    """Return a JSON array."""
    return b"[" + b",".join([element] * count) + b"]"


@pytest.mark.parametrize("element", [b"[]", b"1", b"{}", b'["a","b"]', b'[["a"]]', b"null"])
def test_decoding_ends_at_the_first_element_that_is_no_text(element: bytes) -> None:
    """What is behind it is not even looked at: here it is no JSON."""
    with pytest.raises(Invalid, match=r"\$\.inputs\[0\]\.data\[1\]"):
        decoded(body_of(b'["a",%b,no JSON]' % element))


def test_decoding_ends_at_the_second_input() -> None:
    """There is one."""
    with pytest.raises(Invalid, match=r"length 1 - at `\$\.inputs`"):
        decoded(b'{"inputs":[{"name":"text","datatype":"BYTES","shape":[0],"data":[]},no JSON]}')


@pytest.mark.parametrize("end", [b"]]", b""])
@pytest.mark.parametrize("element", [b'""', b'"a"', b'"\\\\"', b'[""]', b'"\\""'])
def test_texts_without_number_are_not_made(element: bytes, end: bytes) -> None:
    """Of megabytes of them not one: what is behind them, JSON or not, is never come to."""
    body = body_of(elements(element, 100_000))[: None if end else -9]
    for length in (None, b"%d" % len(body)):
        with pytest.raises(Invalid, match="at most 4 texts"):
            decoded(body, length)


def test_outputs_without_number_are_not_made() -> None:
    """They are strings too."""
    with pytest.raises(Invalid, match="too many strings"):
        decoded(body_of(b'["a"]', outputs=elements(b'{"name":"label"}', 100_000)))


def test_quotes_in_texts_are_not_counted_as_texts() -> None:
    """A large text may be full of them, and of backslashes."""
    limits = Limits(texts=4, text_bytes=2_000_000)
    for letter in ('"', "\\", '\\"', ","):
        texts = [letter * 400_000, letter]
        body = json.dumps({"inputs": [tensor(texts)]}).encode()
        assert decoded(body, limits=limits).texts == texts


LONG = b'"' + "\ue000".encode() * 1_000_000 + b'"'


@pytest.mark.parametrize(
    "body",
    [
        body_of(b'["a"]', shape=elements(b"1", 1_000_000)),
        body_of(b'["a"]', shape=elements(b"9" * 4000, 2)),
        body_of(b'["a"]', name=LONG),
        body_of(b'["a"]', outputs=b'[{"name":%b}]' % LONG),
        body_of(b'["a"]').replace(b'"BYTES"', LONG),
        body_of(b"[%b,1]" % LONG),
    ],
    ids=["shape", "sizes", "name", "output", "datatype", "text"],
)
def test_errors_are_short(body: bytes) -> None:
    """Whatever is wrong, and however much of it."""
    with pytest.raises(Invalid) as refused:
        decoded(body)
    assert len(str(refused.value)) < 200


@given(st.binary(max_size=60), st.integers(0, 60))
def test_any_bytes_are_refused_as_what_they_are(body: bytes, length: int) -> None:
    """No body that is not a request makes another error than the two for it."""
    with pytest.raises((Malformed, Invalid)):
        decoded(body, b"%d" % length, OCTETS)
