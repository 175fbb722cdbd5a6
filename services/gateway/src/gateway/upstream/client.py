"""The gateway's side of the Open Inference Protocol: one call for many texts."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final, Literal, Protocol, TypeVar

import msgspec

from gateway import metrics
from gateway.errors import ModelUnavailable, TextRefused
from gateway.upstream.pool import Call, Pool, Reply
from gateway.upstream.prediction import (
    UNUSABLE,
    Prediction,
    ServedModel,
    read_model,
    read_prediction,
)
from kit import oip
from kit.registry import REGISTERED_MODEL
from kit.request_id import HEADER, current_request_id

T = TypeVar("T")
PredictFor = Literal["answer", "shadow"]
Purpose = Literal[PredictFor, "metadata"]
"""What a call is for, in the metrics: an alert on answers must not see the others."""

_MODEL = f"v2/models/{REGISTERED_MODEL}"
_OUTPUTS = (oip.PROBABILITY, oip.LABEL)
_EXPLAINED_OUTPUTS = (*_OUTPUTS, oip.EXPLANATION)

_ANSWER_BYTES: Final = 64 * 1024
"""The largest answer that is read, beside its texts' share: metadata, and outputs of others."""
_TEXT_BYTES: Final = 1024
"""A text's share of it: a probability and a label have 40 bytes."""
_EXPLAINED_TEXT_BYTES: Final = 32 * 1024
"""The same with an explanation: ten terms, of which each can be a long word or three."""
_REASON_CHARS = 300

_TEXT_STATUSES = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""What a model server answers to a text that it does not take, or to too many; other statuses
(no such model, not allowed, too busy) are not about the text."""
_process = secrets.token_hex(6)
_calls = itertools.count()


def new_call_id() -> str:
    """Return an id for a call to the model server: a random part of this process, and a number."""
    return f"{_process}-{next(_calls):x}"


class Predictor(Protocol):
    """What answers for the model."""

    async def predict(
        self,
        texts: Sequence[str],
        *,
        explain: bool,
        deadline: float | None = None,
        call_id: str | None = None,
    ) -> Prediction:
        """Return the prediction for raw `texts`, or raise `ModelUnavailable` or `TextRefused`."""


class InferenceClient:
    """Asks a model server. Every failure is an error of ours, never an answer."""

    def __init__(self, pool: Pool, url: str, purpose: PredictFor, seconds: float) -> None:
        """Ask over `pool`.

        Args:
            pool: The connections.
            url: The model server's address, as configured.
            purpose: What the predictions are for; they are counted and timed under it.
            seconds: How long a call may take that is given no deadline.
        """
        self._pool = pool
        self._model = f"{url.rstrip('/')}/{_MODEL}"
        self._infer = f"{self._model}/infer"
        self._purpose = purpose
        self._seconds = seconds

    async def predict(
        self,
        texts: Sequence[str],
        *,
        explain: bool,
        deadline: float | None = None,
        call_id: str | None = None,
    ) -> Prediction:
        """Return the model's prediction for raw `texts`, with explanations if asked for.

        Args:
            texts: What to ask about.
            explain: Whether to ask for explanations too.
            deadline: When to give up, in the event loop's time.
            call_id: The call's id, in the model server's log; one is made if it is missing.

        Raises:
            ModelUnavailable: There was no answer in time, or none that can be used.
            TextRefused: The model server takes one of the texts, or so many of them, not.
        """
        call_id = call_id or new_call_id()
        names = _EXPLAINED_OUTPUTS if explain else _OUTPUTS
        request = oip.InferRequest(
            id=call_id,
            inputs=[oip.Tensor(oip.INPUT, [len(texts)], "BYTES", list(texts))],
            outputs=[oip.RequestedOutput(name) for name in names],
        )
        read = partial(read_prediction, call_id=call_id, count=len(texts), asked=names)
        call = Call(
            "POST",
            self._infer,
            {"content-type": "application/json", HEADER: call_id},
            deadline or asyncio.get_running_loop().time() + self._seconds,
            _ANSWER_BYTES + len(texts) * (_EXPLAINED_TEXT_BYTES if explain else _TEXT_BYTES),
            partial(_read, read, len(texts)),
            msgspec.json.encode(request),
            for_answers=self._purpose == "answer",
        )
        return await self._ask(self._purpose, call)

    async def served(self) -> ServedModel:
        """Return the model that serves now.

        Raises:
            ModelUnavailable: There was no answer in time, or none that can be used.
        """
        deadline = asyncio.get_running_loop().time() + self._seconds
        headers = {HEADER: current_request_id() or new_call_id()}
        read = partial(_read, read_model, 0)
        call = Call("GET", self._model, headers, deadline, _ANSWER_BYTES, read)
        return await self._ask("metadata", call)

    async def _ask(self, purpose: Purpose, call: Call[T]) -> T:
        """Return what a call gives, and count it by its outcome."""
        started = time.perf_counter()
        outcome = "open"  # and not called, unless it is found to be another
        try:
            found = await self._pool.call(call)
            outcome = "ok"
        except ModelUnavailable as error:
            outcome = error.reason
            raise
        except TextRefused:
            outcome = "refused"
            raise
        finally:
            if outcome != "open":
                metrics.MODEL_CALLS.labels(purpose, outcome).inc()
                metrics.MODEL_CALL_SECONDS.labels(purpose).observe(time.perf_counter() - started)
        return found


def _read(read: Callable[[bytes | bytearray], T], texts: int, reply: Reply) -> T:
    """Return what `read` finds in the answer to a call about so many texts."""
    if reply.status != HTTPStatus.OK:
        raise _refused(reply, texts)
    try:
        return read(reply.body)
    except UNUSABLE as error:
        msg = f"the model server's answer cannot be used: {error}"
        raise ModelUnavailable(msg, "unusable") from error


def _refused(reply: Reply, texts: int) -> ModelUnavailable | TextRefused:
    """Return the error of an answer of another status than 200.

    The reason is passed on only where one text was asked about: of several, it can quote one of
    them, and be told to who sent another.
    """
    reason = _reason(reply.body) if texts <= 1 else "it was asked about several texts"
    if reply.status in _TEXT_STATUSES and texts:
        return TextRefused(f"the model server does not take the text ({reply.status}): {reason}")
    return ModelUnavailable(f"the model server answers {reply.status}: {reason}", "refused")


def _reason(data: bytes | bytearray) -> str:
    """Return the `error` member that the protocol promises, or nothing at all of a foreign body."""
    try:
        return str(msgspec.json.decode(data, type=dict[str, Any])["error"])[:_REASON_CHARS]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError):
        return "it does not say why"
