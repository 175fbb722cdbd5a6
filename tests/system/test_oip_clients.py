"""The model server as the clients of other model servers see it: KServe's and Triton's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fixtures.services import Stack

PYTHON = Path(sys.prefix) / "oip-clients/bin/python"
SCRIPT = Path(__file__).with_name("oip_clients.py")
TEXTS = ["see you at six", "FREE prize! Call 09061701461 now to claim", "", "çà va 😀 \x00"]
"""The script's."""


@pytest.fixture(scope="module")
def told(stack: Stack) -> Any:
    """What the clients were told by the real model server."""
    assert PYTHON.exists(), f"{PYTHON} is missing: run `make test`, which installs the clients"
    done = subprocess.run(
        [PYTHON, "-I", SCRIPT, stack.inference_url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def expected(stack: Stack) -> dict[str, list[Any]]:
    """What a plain HTTP client is told of the same texts."""
    tensor = {"name": "text", "datatype": "BYTES", "shape": [len(TEXTS)], "data": TEXTS}
    url = f"{stack.inference_url}/v2/models/spam-classifier/infer"
    answer = httpx2.post(url, json={"inputs": [tensor]}).json()
    return {output["name"]: output["data"] for output in answer["outputs"]}


@pytest.mark.parametrize("client", ["kserve", "triton"])
def test_both_are_answered_whichever_way_they_ask(
    told: Any, expected: dict[str, list[Any]], client: str
) -> None:
    """Texts and outputs as JSON and as binary tensors, all four ways: the same, bit by bit."""
    assert expected["label"][:2] == ["ham", "spam"]
    assert told[client]["answers"] == [expected] * 4


def test_triton_asks_for_binary_tensors_if_it_names_no_output(
    told: Any, expected: dict[str, list[Any]]
) -> None:
    """Its `binary_data_output` for all outputs."""
    assert told["triton"]["default"] == expected


@pytest.mark.parametrize("client", ["kserve", "triton"])
def test_both_see_what_is_ready(told: Any, client: str) -> None:
    """Server and model are; a model or version that does not serve is not."""
    asked = ("live", "ready", "model ready", "other ready")
    assert [told[client][name] for name in asked] == [True, True, True, False]


def test_triton_is_told_what_serves(told: Any) -> None:
    """The metadata of server and model."""
    assert told["triton"]["server"]["extensions"] == ["binary_tensor_data"]
    model = told["triton"]["model"]
    assert (model["name"], model["versions"]) == ("spam-classifier", ["1"])
    assert model["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]


def test_triton_is_told_what_is_wrong(told: Any) -> None:
    """It reads status and `error` of the answer."""
    assert (
        told["triton"]["error"]
        == "422 inputs: exactly one input named 'text' is needed, not 'message'"
    )
