"""The routes of the Open Inference Protocol v2."""

import time
from functools import partial
from http import HTTPStatus
from importlib.metadata import version as distribution_version
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from inference import metrics
from inference.lifespan import State
from inference.protocol import dataplane, infer_request, infer_response
from inference.protocol.schemas import TextInferRequest
from inference.scoring import EXPLANATIONS, SCORES
from inference.settings import Settings
from inference.slot import Model
from kit import oip
from kit.bodies import BodyBudget
from kit.body import BodyReader
from kit.encoding import json_response
from kit.errors import NotFound
from kit.hot import Answer, Binary, Document, HotEndpoint, HotRequest
from kit.openapi import json_answer
from kit.problems import JSON_BODY_STATUSES, openapi_problems
from kit.registry import REGISTERED_MODEL

_observe = metrics.SCORING_SECONDS.observe
_count = metrics.TEXTS.labels().inc
_SERVER = oip.ServerMetadata(
    "hamgate-inference", distribution_version("hamgate-inference"), [oip.BINARY_EXTENSION]
)
_MODEL = "/v2/models/{name}"
_VERSION = _MODEL + "/versions/{version}"
_UNAVAILABLE = openapi_problems(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)
_TAG = "open inference protocol"

router = APIRouter(tags=[_TAG])


def _state(request: Request) -> State:
    state: State = request.state.service
    return state


def _served(name: str, state: Annotated[State, Depends(_state)]) -> Model:
    """Return the model that serves, if it is the one in the path.

    The model is taken here, once a request: a swap in between changes nothing for it.
    """
    if name != REGISTERED_MODEL:
        msg = f"no model {name!r}, only {REGISTERED_MODEL!r}"
        raise NotFound(msg)
    return state.slot.require()


def _served_version(version: str, model: Annotated[Model, Depends(_served)]) -> Model:
    """Return the model that serves, if it is of the version in the path too."""
    if version != model.version:
        msg = f"version {version!r} does not serve, {model.version!r} does"
        raise NotFound(msg)
    return model


StateOf = Annotated[State, Depends(_state)]
Served = Annotated[Model, Depends(_served)]
ServedVersion = Annotated[Model, Depends(_served_version)]


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
async def model_metadata(model: Served, state: StateOf) -> Response:
    """Return the model's versions, inputs and outputs."""
    return json_response(dataplane.metadata(model, from_cache=state.reloader.from_cache))


@router.get(_VERSION, responses=json_answer(oip.ModelMetadata, "The model") | _UNAVAILABLE)
async def version_metadata(model: ServedVersion, state: StateOf) -> Response:
    """Return the same, if this version serves."""
    return json_response(dataplane.metadata(model, from_cache=state.reloader.from_cache))


@router.get(_MODEL + "/ready", responses=_UNAVAILABLE)
async def model_ready(model: Served) -> dict[str, str | bool]:
    """Say that this model serves, and which version of it."""
    return _ready(model)


@router.get(_VERSION + "/ready", responses=_UNAVAILABLE)
async def version_ready(model: ServedVersion) -> dict[str, str | bool]:
    """Say that this version serves."""
    return _ready(model)


def _ready(model: Model) -> dict[str, str | bool]:
    return {"name": REGISTERED_MODEL, "version": model.version, "ready": True}


def hot_endpoints(settings: Settings, budget: BodyBudget) -> list[HotEndpoint]:
    """Return the endpoints that are asked at every message; `budget` is for all bodies."""
    reader = BodyReader(settings.max_body_bytes, settings.body_seconds, budget)
    return [
        HotEndpoint(path, work, _INFER, reader=reader, requests=metrics.HTTP_REQUESTS)
        for path, work in ((_MODEL + "/infer", infer), (_VERSION + "/infer", infer_version))
    ]


async def infer(request: HotRequest) -> Answer:
    """Score the texts of one BYTES tensor.

    Texts may also come behind the JSON, as the protocol's binary tensor data extension has it, with
    the length of the JSON in the header `Inference-Header-Content-Length`.
    """
    state: State = request.state
    return await _infer(request, state, _served(request.path_params["name"], state))


async def infer_version(request: HotRequest) -> Answer:
    """Score them if this version serves."""
    state: State = request.state
    model = _served(request.path_params["name"], state)
    return await _infer(request, state, _served_version(request.path_params["version"], model))


async def _infer(request: HotRequest, state: State, model: Model) -> Answer:
    call = infer_request.decode(request, state.limits)
    started = time.perf_counter()
    run = state.scoring.run
    scores = await run(model.scorer.score, call.texts, SCORES, request.is_disconnected)
    explanations: list[str] = []
    if oip.EXPLANATION in call.outputs:
        explain = partial(dataplane.explain, model)
        explanations = await run(explain, call.texts, EXPLANATIONS, request.is_disconnected)
    _observe(time.perf_counter() - started)
    _count(len(scores))
    state.challenger.offer(model, call.texts, scores)
    return infer_response.respond(model, call, scores, explanations)


_INFER = Document(
    summary="Score texts",
    tag=_TAG,
    takes=TextInferRequest,
    answers=oip.InferResponse,
    answer="The outputs",
    binary=Binary(
        content_type=oip.BINARY,
        length_header=oip.JSON_LENGTH.title(),
        description=(
            "The JSON, whose tensors may have `parameters.binary_data_size` instead of `data`, and "
            "behind it the elements of these, in their order, little-endian; each BYTES element is "
            "behind its length, a uint32. A request of this kind needs the header."
        ),
    ),
    problems=(*JSON_BODY_STATUSES, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
)
