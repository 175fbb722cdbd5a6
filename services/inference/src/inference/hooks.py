"""The route for MLflow's registry webhooks: a hint that the alias may have moved, and no more."""

import time
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, HTTPException, Request

from inference.following.webhook import Delivery
from inference.lifespan import State
from kit.body import BodyReader, check_json, decode_json
from kit.errors import NotFound
from kit.problems import JSON_BODY_STATUSES, openapi_problems

_MAX_BYTES = 64 * 1024
_raw = msgspec.json.Decoder(msgspec.Raw)
_PROBLEMS = openapi_problems(
    *JSON_BODY_STATUSES,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

router = APIRouter(tags=["operations"])


@router.post(
    "/hooks/registry",
    status_code=HTTPStatus.ACCEPTED,
    responses=_PROBLEMS,
    openapi_extra={"requestBody": {"content": {"application/json": {}}, "required": True}},
)
async def registry_changed(
    request: Request,
    x_mlflow_delivery_id: Annotated[str, Header()] = "",
    x_mlflow_timestamp: Annotated[str, Header()] = "",
    x_mlflow_signature: Annotated[str, Header()] = "",
) -> dict[str, bool]:
    """Look the aliases up soon: MLflow says that something in the registry has changed.

    What it says has changed is not read, for the registry itself is asked.
    """
    state: State = request.state.service
    secret = state.settings.webhook_secret
    if secret is None:
        msg = "webhooks are switched off: INFERENCE_WEBHOOK_SECRET is not set"
        raise NotFound(msg)
    check_json(request.headers.get("content-type", "application/json").encode())
    reader = BodyReader(_MAX_BYTES, state.settings.body_seconds, state.budget)
    body = await reader.read(request.receive)
    reader.release(body)  # now, for nothing is waited for until the answer
    decode_json(_raw, body)
    delivery = Delivery(x_mlflow_delivery_id, x_mlflow_timestamp, x_mlflow_signature, body)
    if fault := delivery.fault(secret.get_secret_value(), time.time()):
        raise HTTPException(HTTPStatus.UNAUTHORIZED, fault)
    state.hint()
    return {"accepted": True}
