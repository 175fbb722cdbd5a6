"""The routes of the public API."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from gateway import metrics
from gateway.errors import FeedbackOff
from gateway.lifespan import State
from gateway.schemas import (
    BatchRequest,
    BatchResponse,
    ClassifyRequest,
    ClassifyResponse,
    FeedbackRequest,
    FeedbackResponse,
    ModelInfo,
    PackInfo,
    RuleInfo,
)
from gateway.settings import Settings
from kit.bodies import BodyBudget
from kit.body import BodyReader
from kit.encoding import json_response
from kit.errors import Invalid
from kit.guard import Guard
from kit.hot import Answer, Document, HotEndpoint, HotRequest
from kit.openapi import json_answer
from kit.problems import JSON_BODY_STATUSES, openapi_problems
from store.records import NewFeedback

_classify = msgspec.json.Decoder(ClassifyRequest)
_batch = msgspec.json.Decoder(BatchRequest)
_feedback = msgspec.json.Decoder(FeedbackRequest)
_encode = msgspec.json.Encoder().encode
_UNAVAILABLE = openapi_problems(HTTPStatus.SERVICE_UNAVAILABLE)
_PROBLEMS = (*JSON_BODY_STATUSES, HTTPStatus.SERVICE_UNAVAILABLE)
_TAG = "classification"
_ESCAPED_BYTES = len(r"\u0041")
"""Most bytes of JSON for one of a text's UTF-8."""
_MESSAGE_BYTES = 4096
"""More than all else of a message takes: the id, escaped, is 1,536 bytes long at most."""
_FEEDBACK_BYTES = 3 * _MESSAGE_BYTES
"""The same of feedback, with id, reporter and key."""

router = APIRouter(prefix="/v1", tags=[_TAG])
admin_router = APIRouter(prefix="/v1", tags=[_TAG])


def _state(request: Request) -> State:
    state: State = request.state.service
    return state


StateOf = Annotated[State, Depends(_state)]


def hot_endpoints(settings: Settings, guard: Guard | None) -> list[HotEndpoint]:
    """Return the endpoints that are asked at every message, by those whom `guard` admits."""
    budget = BodyBudget(settings.max_bodies_bytes)
    return [
        HotEndpoint(
            path,
            work,
            document,
            reader=BodyReader(max_bytes, settings.body_seconds, budget),
            requests=metrics.HTTP_REQUESTS,
            guard=guard,
        )
        for path, work, document, max_bytes in (
            ("/v1/classify", classify, _CLASSIFY, _max_bytes(settings, _MESSAGE_BYTES)),
            ("/v1/classify/batch", classify_batch, _CLASSIFY_BATCH, settings.max_body_bytes),
            ("/v1/feedback", keep_feedback, _KEEP_FEEDBACK, _max_bytes(settings, _FEEDBACK_BYTES)),
        )
    ]


def _max_bytes(settings: Settings, rest: int) -> int:
    """Return the longest body, in bytes, that one text can need with a `rest` of so many."""
    needed = settings.max_text_bytes * _ESCAPED_BYTES + rest
    return min(needed, settings.max_body_bytes)


async def classify(request: HotRequest) -> Answer:
    """Decide by a rule if one knows the message, else by the model."""
    state: State = request.state
    message = request.json(_classify)
    _check_length(message.text, state.settings.max_text_bytes, "$.text")
    verdict = state.classifier.decide(message)
    # Only what goes to the model is waited for: a rule's verdict takes no turn of the event loop.
    if not isinstance(verdict, ClassifyResponse):
        verdict = await verdict
    return Answer(_encode(verdict))


async def classify_batch(request: HotRequest) -> Answer:
    """Decide each item as `classify` does, asking the model once for all that no rule knows."""
    state: State = request.state
    limits = state.settings
    batch = request.json(_batch)
    if len(batch.items) > limits.max_batch_size:
        msg = f"{len(batch.items)} items, at most {limits.max_batch_size} are taken - at `$.items`"
        raise Invalid(msg)
    for index, item in enumerate(batch.items):
        _check_length(item.text, limits.max_text_bytes, f"$.items[{index}].text")
    return Answer(_encode(BatchResponse(await state.classifier.classify(batch.items))))


async def keep_feedback(request: HotRequest) -> Answer:
    """Keep what a reporter says of a message, for the trainer; it changes no verdict by itself.

    Status 201 says that it is kept, on the disk, and 200 that it was there already.
    """
    state: State = request.state
    if state.keeper is None:
        msg = "feedback is not kept here: GATEWAY_DATABASE_URL names no database"
        raise FeedbackOff(msg)
    given = request.json(_feedback)
    text, decision_id = given.text or None, given.id or None
    if text is not None:
        _check_length(text, state.settings.max_text_bytes, "$.text")
    elif decision_id is None:
        msg = "one of the fields `text` and `id` is needed, or both - at `$`"
        raise Invalid(msg)
    item = NewFeedback(
        given.reporter, given.label, text, decision_id, request.client, given.key or None
    )
    receipt = await state.keeper.keep(item)
    body = _encode(FeedbackResponse(receipt.id, receipt.received_at, receipt.repeated))
    return Answer(body, status=HTTPStatus.OK if receipt.repeated else HTTPStatus.CREATED)


_CLASSIFY = Document(
    summary="Classify one message",
    tag=_TAG,
    takes=ClassifyRequest,
    answers=ClassifyResponse,
    answer="The verdict",
    problems=_PROBLEMS,
)
_CLASSIFY_BATCH = Document(
    summary="Classify many messages",
    tag=_TAG,
    takes=BatchRequest,
    answers=BatchResponse,
    answer="The verdicts, in the items' order",
    problems=_PROBLEMS,
)
_KEEP_FEEDBACK = Document(
    summary="Say what a message really is",
    tag="feedback",
    takes=FeedbackRequest,
    answers=FeedbackResponse,
    answer="The receipt",
    problems=(*_PROBLEMS, HTTPStatus.CONFLICT, HTTPStatus.NOT_IMPLEMENTED),
    statuses=(HTTPStatus.CREATED, HTTPStatus.OK),
    condition={"anyOf": [{"required": ["text"]}, {"required": ["id"]}]},
)


@admin_router.get("/rules", summary="The rule pack", responses=json_answer(PackInfo, "The pack"))
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
    """Show the version that the model server serves; it is asked once a second at most."""
    served = await state.metadata.served()
    return json_response(ModelInfo(served.name, served.version, served.threshold))


def _check_length(text: str, most: int, where: str) -> None:
    # No character is longer than four bytes: most texts need not be encoded to be counted.
    if len(text) * 4 > most and len(text.encode()) > most:
        msg = f"the text has more than {most} bytes of UTF-8 - at `{where}`"
        raise Invalid(msg)
