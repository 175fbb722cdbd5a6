"""Ask a model server with the clients of KServe and Triton; print what they were told, as JSON.

Runs in an environment of its own, `.venv/oip-clients`, for they want other versions of what we use:
`oip_clients.py URL`.
"""

import asyncio
import json
import sys
from typing import Any

import numpy as np
import tritonclient.http as triton
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from tritonclient.utils import InferenceServerException

MODEL = "spam-classifier"
TEXTS = ["see you at six", "FREE prize! Call 09061701461 now to claim", "", "çà va 😀 \x00"]
OUTPUTS = ("probability", "label")
BOTH = (False, True)
"""As JSON, and as binary tensors."""


def column() -> Any:
    """Return the texts as an array of the shape that the model takes."""
    return np.array(TEXTS, dtype=np.object_)


def told(array: Any) -> list[Any]:
    """Return an output as a list of numbers or strings."""
    return [e.decode() if isinstance(e, bytes) else e for e in array.tolist()]


async def ask_with_kserve(url: str) -> dict[str, Any]:
    """Return what KServe's client is told."""
    answers = []
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        for binary_in in BOTH:
            for binary_out in BOTH:
                text = InferInput("text", [len(TEXTS)], "BYTES")
                text.set_data_from_numpy(column(), binary_data=binary_in)
                asked = [RequestedOutput(n, {"binary_data": binary_out}) for n in OUTPUTS]
                request = InferRequest(MODEL, [text], "q1", request_outputs=asked)
                response = await client.infer(url, request, model_name=MODEL)
                answers.append({o.name: told(o.as_numpy()) for o in response.outputs})
                assert (response.id, response.model_name) == ("q1", MODEL)
        return {
            "live": await client.is_server_live(url),
            "ready": await client.is_server_ready(url),
            "model ready": await client.is_model_ready(url, MODEL),
            "other ready": await client.is_model_ready(url, "other"),
            "answers": answers,
        }


def ask_with_triton(address: str) -> dict[str, Any]:
    """Return what Triton's client is told."""
    client = triton.InferenceServerClient(address)
    answers = [
        _ask_with_triton(client, [triton.InferRequestedOutput(n, b) for n in OUTPUTS], binary_in=a)
        for a in BOTH
        for b in BOTH
    ]
    metadata = client.get_model_metadata(MODEL)
    found = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model ready": client.is_model_ready(MODEL, metadata["versions"][0]),
        "other ready": client.is_model_ready(MODEL, "999"),
        "server": client.get_server_metadata(),
        "model": metadata,
        "answers": answers,
        "default": _ask_with_triton(client, None, binary_in=True),
        "error": _error_of_triton(client),
    }
    client.close()
    return found


def _ask_with_triton(client: Any, outputs: list[Any] | None, *, binary_in: bool) -> dict[str, Any]:
    text = triton.InferInput("text", [len(TEXTS)], "BYTES")
    text.set_data_from_numpy(column(), binary_data=binary_in)
    result = client.infer(MODEL, [text], outputs=outputs, request_id="q1")
    assert result.get_response()["id"] == "q1"
    return {name: told(result.as_numpy(name)) for name in OUTPUTS}


def _error_of_triton(client: Any) -> str:
    text = triton.InferInput("message", [len(TEXTS)], "BYTES")
    text.set_data_from_numpy(column())
    try:
        client.infer(MODEL, [text])
    except InferenceServerException as error:
        return f"{error.status()} {error.message()}"
    return "none"


if __name__ == "__main__":
    url = sys.argv[1]
    found = {
        "kserve": asyncio.run(ask_with_kserve(url)),
        "triton": ask_with_triton(url.removeprefix("http://")),
    }
    sys.stdout.write(json.dumps(found))
