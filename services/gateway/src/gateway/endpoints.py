"""The routes of the public API."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from gateway.lifespan import State
from gateway.schemas import (
    BatchRequest,
    BatchResponse,
    ClassifyRequest,
    ClassifyResponse,
    ModelInfo,
    PackInfo,
    RuleInfo,
)
from gateway.settings import Settings
from kit.body import json_response, read_json
from kit.errors import Invalid
from kit.openapi import json_answer, json_body
from kit.problems import JSON_BODY_STATUSES, openapi_problems

_classify = msgspec.json.Decoder(ClassifyRequest)
_batch = msgspec.json.Decoder(BatchRequest)
_UNAVAILABLE = openapi_problems(HTTPStatus.SERVICE_UNAVAILABLE)
_PROBLEMS = openapi_problems(*JSON_BODY_STATUSES) | _UNAVAILABLE

router = APIRouter(prefix="/v1", tags=["classification"])


def _state(request: Request) -> State:
    state: State = request.state.service
    return state


StateOf = Annotated[State, Depends(_state)]


@router.post(
    "/classify",
    summary="Classify one message",
    responses=json_answer(ClassifyResponse, "The verdict") | _PROBLEMS,
    openapi_extra=json_body(ClassifyRequest),
)
async def classify(request: Request, state: StateOf) -> Response:
    """Decide by a rule if one knows the message, else by the model."""
    limits = state.settings
    message = await read_json(
        request, _classify, max_bytes=limits.max_body_bytes, seconds=limits.body_seconds
    )
    _check_length(message, limits, "$.text")
    return json_response((await state.classifier.classify([message]))[0])


@router.post(
    "/classify/batch",
    summary="Classify many messages",
    responses=json_answer(BatchResponse, "The verdicts, in the items' order") | _PROBLEMS,
    openapi_extra=json_body(BatchRequest),
)
async def classify_batch(request: Request, state: StateOf) -> Response:
    """Decide each item as `classify` does, asking the model once for all that no rule knows."""
    limits = state.settings
    batch = await read_json(
        request, _batch, max_bytes=limits.max_body_bytes, seconds=limits.body_seconds
    )
    if len(batch.items) > limits.max_batch_size:
        msg = f"{len(batch.items)} items, at most {limits.max_batch_size} are taken - at `$.items`"
        raise Invalid(msg)
    for index, item in enumerate(batch.items):
        _check_length(item, limits, f"$.items[{index}].text")
    return json_response(BatchResponse(await state.classifier.classify(batch.items)))


@router.get("/rules", summary="The rule pack", responses=json_answer(PackInfo, "The pack"))
async def rules(state: StateOf) -> Response:
    """Show the pack that decides, and its rules without patterns and examples.

    If its file was changed to one that cannot be used, say why; the pack shown is the old one then.
    """
    rulebook = state.rulebook
    pack = rulebook.engine.pack
    shown = [
        RuleInfo(r.id, r.verdict, r.state, r.group, r.description, r.priority) for r in pack.rules
    ]
    trouble = list(rulebook.trouble) or None
    return json_response(
        PackInfo(pack.name, pack.version, pack.digest, rulebook.loaded_at, trouble, shown)
    )


@router.get(
    "/model",
    summary="The model that serves",
    responses=json_answer(ModelInfo, "The model") | _UNAVAILABLE,
)
async def model(state: StateOf) -> Response:
    """Show the version that the model server serves now, asked at this moment."""
    served = await state.client.served()
    return json_response(ModelInfo(served.name, served.version, served.threshold))


def _check_length(message: ClassifyRequest, limits: Settings, where: str) -> None:
    if len(message.text.encode()) > limits.max_text_bytes:
        msg = f"the text has more than {limits.max_text_bytes} bytes of UTF-8 - at `{where}`"
        raise Invalid(msg)
