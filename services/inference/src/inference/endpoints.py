"""The routes of the Open Inference Protocol v2."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from importlib.metadata import version as distribution_version
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from starlette.requests import ClientDisconnect

from inference import dataplane, metrics
from inference.lifespan import State
from inference.settings import Settings
from inference.slot import Model
from kit import oip
from kit.body import BodyReader
from kit.encoding import json_response
from kit.errors import NotFound
from kit.hot import Answer, Document, HotEndpoint, HotRequest
from kit.openapi import json_answer
from kit.problems import JSON_BODY_STATUSES, openapi_problems
from kit.registry import REGISTERED_MODEL

_request = msgspec.json.Decoder(oip.InferRequest)
_encode = msgspec.json.Encoder().encode
_SERVER = oip.ServerMetadata("hamgate-inference", distribution_version("hamgate-inference"), [])
_MODEL = "/v2/models/{name}"
_VERSION = _MODEL + "/versions/{version}"
_UNAVAILABLE = openapi_problems(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)
_TAG = "open inference protocol"

router = APIRouter(tags=[_TAG])


def _state(request: Request) -> State:
    state: State = request.state.service
    return state


def _served(name: str, state: Annotated[State, Depends(_state)], version: str = "") -> Model:
    """Return the model that serves, if it is the one in the path.

    The model is taken here, once a request: a swap in between changes nothing for it.
    """
    if name != REGISTERED_MODEL:
        msg = f"no model {name!r}, only {REGISTERED_MODEL!r}"
        raise NotFound(msg)
    model = state.slot.require()
    if version not in ("", model.version):
        msg = f"version {version!r} does not serve, {model.version!r} does"
        raise NotFound(msg)
    return model


StateOf = Annotated[State, Depends(_state)]
Served = Annotated[Model, Depends(_served)]


@router.get("/v2", responses=json_answer(oip.ServerMetadata, "The server"))
async def server_metadata() -> Response:
    """Return the server's name, version and extensions."""
    return json_response(_SERVER)


@router.get("/v2/health/live")
async def live() -> dict[str, bool]:
    """Say that the process answers."""
    return {"live": True}


@router.get("/v2/health/ready", responses=_UNAVAILABLE)
async def ready(state: StateOf) -> dict[str, bool]:
    """Say that a model is loaded."""
    state.slot.require()
    return {"ready": True}


@router.get(_MODEL, responses=json_answer(oip.ModelMetadata, "The model") | _UNAVAILABLE)
@router.get(_VERSION, responses=json_answer(oip.ModelMetadata, "The model") | _UNAVAILABLE)
async def model_metadata(model: Served) -> Response:
    """Return the model's versions, inputs and outputs."""
    return json_response(dataplane.metadata(model))


@router.get(_MODEL + "/ready", responses=_UNAVAILABLE)
@router.get(_VERSION + "/ready", responses=_UNAVAILABLE)
async def model_ready(model: Served) -> dict[str, str | bool]:
    """Say that this model, or this version of it, serves."""
    return {"name": REGISTERED_MODEL, "version": model.version, "ready": True}


def hot_endpoints(settings: Settings) -> list[HotEndpoint]:
    """Return the endpoints that are asked at every message."""
    reader = BodyReader(settings.max_body_bytes, settings.body_seconds)
    paths = (_MODEL + "/infer", _VERSION + "/infer")
    return [
        HotEndpoint(path, infer, _INFER, reader=reader, requests=metrics.HTTP_REQUESTS)
        for path in paths
    ]


async def infer(request: HotRequest) -> Answer:
    """Score the texts of one BYTES tensor."""
    state: State = request.state
    limits = state.settings
    model = _served(state=state, **request.path_params)
    body = request.json(_request)
    texts = dataplane.texts_of(body, limits.max_batch_size, limits.max_text_bytes)
    outputs = dataplane.wanted_outputs(body)
    with metrics.SCORING_SECONDS.time():
        scored = [piece async for piece in _scored(request, state, model, texts, outputs)]
    answer = dataplane.respond(model, scored, outputs, body.id)
    metrics.TEXTS.inc(len(texts))
    return Answer(_encode(answer))


_INFER = Document(
    summary="Score texts",
    tag=_TAG,
    takes=oip.InferRequest,
    answers=oip.InferResponse,
    answer="The outputs",
    problems=(*JSON_BODY_STATUSES, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
)


async def _scored(
    request: HotRequest, state: State, model: Model, texts: list[str], outputs: list[str]
) -> AsyncIterator[dataplane.Scored]:
    """Yield the pieces of a request as the scoring thread has done them, while anybody waits."""
    loop = asyncio.get_running_loop()
    for number, piece in enumerate(dataplane.slices(texts)):
        if number and await request.is_disconnected():
            raise ClientDisconnect
        yield await loop.run_in_executor(state.scoring, dataplane.score, model, piece, outputs)
