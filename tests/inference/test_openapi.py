"""The model server's OpenAPI document: what it says can be asked is answered as it says."""

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from fixtures.models import FakeSource
from fixtures.serving import serving
from inference.app import create_app
from inference.protocol.binary import bytes_tensor
from inference.settings import Settings
from kit import oip
from kit.registry import REGISTERED_MODEL


def binary_body(texts: list[str]) -> bytes:
    """Return an infer request with the texts behind the JSON."""
    tail = bytes_tensor(texts)
    tensor = {"name": "text", "datatype": "BYTES", "shape": [len(texts)]}
    head = {"inputs": [tensor | {"parameters": {"binary_data_size": len(tail)}}]}
    return json.dumps(head).encode() + tail


texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=4)
schemathesis.openapi.media_type(oip.BINARY, texts.map(binary_body))
document = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
# Of schemathesis itself, in the strategies for path parameters.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
examples = hypothesis.settings(max_examples=40, derandomize=True, database=None, deadline=None)


@pytest.fixture(scope="module")
def url(pipeline: Pipeline) -> Iterator[str]:
    """The address of a model server with version 1 loaded."""
    with serving(create_app(Settings(poll_seconds=0.02), FakeSource(pipeline))) as url:
        yield url


@document.parametrize()
@examples
def test_it_is_true(case: schemathesis.Case[Any], url: str) -> None:
    """Whatever is sent, as documented or not, is answered as documented."""
    case.call_and_validate(url)


@document.include(path_regex="{name}").parametrize()
@examples
def test_it_is_true_of_the_model_that_serves(case: schemathesis.Case[Any], url: str) -> None:
    """Whatever is asked of it: any other name or version ends at the first look."""
    served = {"name": REGISTERED_MODEL, "version": "1"}
    case.path_parameters = {name: served[name] for name in case.path_parameters or {}}
    if case.meta is not None and case.meta.generation.mode.is_positive:
        _agree(case)
    case.call_and_validate(url)


def _agree(case: schemathesis.Case[Any]) -> None:
    """Make a request what no schema can say.

    The shape is that of the data, each output is asked for once, and the header is there with the
    true length where something is behind the JSON.
    """
    body: Any = case.body
    case.headers.pop(oip.JSON_LENGTH, None)
    if isinstance(body, bytes):
        _, length = json.JSONDecoder().raw_decode(body.decode("latin-1"))
        case.headers[oip.JSON_LENGTH] = str(length)
    elif isinstance(body, dict):
        (tensor,) = body["inputs"]
        tensor["shape"] = [len(tensor["data"])]
        if body.get("outputs"):
            body["outputs"] = list({output["name"]: output for output in body["outputs"]}.values())
