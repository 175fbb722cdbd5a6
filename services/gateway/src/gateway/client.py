"""The gateway's side of the Open Inference Protocol: one call for many texts."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, Literal, Protocol, TypeVar

import aiohttp
import msgspec
import structlog

from gateway import metrics
from gateway.errors import ModelUnavailable
from gateway.schemas import Label
from kit import oip
from kit.registry import REGISTERED_MODEL
from kit.request_id import HEADER, current_request_id

log = structlog.get_logger(__name__)

T = TypeVar("T")
PredictFor = Literal["answer", "shadow"]
Purpose = Literal[PredictFor, "metadata"]
"""What a call is for, in the metrics: an alert on answers must not see the others."""

Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
_MODEL = f"v2/models/{REGISTERED_MODEL}"
_infer_response = msgspec.json.Decoder(oip.InferResponse)
_model_metadata = msgspec.json.Decoder(oip.ModelMetadata)
_explanation = msgspec.json.Decoder(oip.Explanation)


@dataclass(frozen=True)
class ServedModel:
    """The version that a model server serves."""

    name: str
    version: str
    threshold: float | None
    """A score at or above it is spam; None if the server does not say."""


@dataclass(frozen=True)
class Prediction:
    """What the model said of some texts; the lists are in their order."""

    name: str
    version: str
    threshold: float | None
    scores: list[float]
    labels: list[Label]
    explanations: list[oip.Explanation] = field(default_factory=list)


class Predictor(Protocol):
    """What answers for the model."""

    async def predict(self, texts: Sequence[str], *, explain: bool) -> Prediction:
        """Return the prediction for raw `texts`, or raise `ModelUnavailable`."""


class InferenceClient:
    """Asks a model server. Every failure is a `ModelUnavailable`, never an answer."""

    def __init__(self, session: aiohttp.ClientSession, purpose: PredictFor) -> None:
        """Ask over `session`, whose base address and time-outs are set.

        Args:
            session: The connections.
            purpose: What the predictions are for; they are counted and timed under it.
        """
        self._session = session
        self._purpose = purpose

    async def predict(self, texts: Sequence[str], *, explain: bool) -> Prediction:
        """Return the model's prediction for raw `texts`, with explanations if asked for.

        Raises:
            ModelUnavailable: There was no answer in time, or none that can be used.
        """
        names = _asked(explain=explain)
        request = oip.InferRequest(
            id=current_request_id(),
            inputs=[oip.Tensor(oip.INPUT, [len(texts)], "BYTES", list(texts))],
            outputs=[oip.RequestedOutput(name) for name in names],
        )
        body = msgspec.json.encode(request)
        path = f"{_MODEL}/infer"
        answer = await self._call(self._purpose, "POST", path, _infer_response, body=body)
        try:
            prediction = _prediction(answer, len(texts), explain=explain)
        except (TypeError, ValueError, RecursionError) as error:
            raise _unusable(error, self._purpose) from error
        metrics.MODEL_CALLS.labels(self._purpose, "ok").inc()
        return prediction

    async def served(self) -> ServedModel:
        """Return the model that serves now.

        Raises:
            ModelUnavailable: There was no answer in time, or none that can be used.
        """
        found = await self._call("metadata", "GET", _MODEL, _model_metadata)
        try:
            model = ServedModel(found.name, found.versions[-1], _threshold(found.parameters))
        except (ValueError, IndexError) as error:
            raise _unusable(error, "metadata") from error
        metrics.MODEL_CALLS.labels("metadata", "ok").inc()
        return model

    async def _call(
        self,
        purpose: Purpose,
        method: str,
        path: str,
        decoder: msgspec.json.Decoder[T],
        *,
        body: bytes | None = None,
    ) -> T:
        headers = {
            "content-type": "application/json",
            HEADER: current_request_id() or "",
        }
        started = time.perf_counter()
        try:
            # A redirect is not followed: it would carry the texts to another server.
            async with self._session.request(
                method, path, data=body, headers=headers, allow_redirects=False
            ) as response:
                status, data = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            metrics.MODEL_CALLS.labels(purpose, "unreachable").inc()
            # By name only: the error's own text can quote the answer, and has the inner address.
            reason = type(error).__name__
            log.warning("model_server_unreachable", reason=reason)
            msg = f"the model server does not answer ({reason})"
            raise ModelUnavailable(msg) from error
        finally:
            metrics.MODEL_CALL_SECONDS.labels(purpose).observe(time.perf_counter() - started)
        if status != HTTPStatus.OK:
            metrics.MODEL_CALLS.labels(purpose, "refused").inc()
            msg = f"the model server answers {status}: {_reason(data)}"
            raise ModelUnavailable(msg)
        try:
            return decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _unusable(error, purpose) from error


def _unusable(error: Exception, purpose: Purpose) -> ModelUnavailable:
    metrics.MODEL_CALLS.labels(purpose, "unusable").inc()
    return ModelUnavailable(f"the model server's answer cannot be used: {error}")


def _reason(data: bytes) -> str:
    """Return the `error` member that the protocol promises, or nothing at all of a foreign body."""
    try:
        return str(msgspec.json.decode(data, type=dict[str, Any])["error"])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError):
        return "it does not say why"


def _asked(*, explain: bool) -> list[str]:
    return [oip.PROBABILITY, oip.LABEL, *([oip.EXPLANATION] if explain else [])]


def _threshold(parameters: dict[str, Any]) -> float | None:
    return msgspec.convert(parameters.get("threshold"), float | None)


def _prediction(answer: oip.InferResponse, count: int, *, explain: bool) -> Prediction:
    """Return the answer's outputs, checked; ValueError and TypeError say what is wrong."""
    outputs = {output.name: output.data for output in answer.outputs}
    lengths = {name: len(outputs.get(name, [])) for name in _asked(explain=explain)}
    if set(lengths.values()) != {count}:
        msg = f"{count} texts were asked about, and its outputs have these counts: {lengths}"
        raise ValueError(msg)
    return Prediction(
        name=answer.model_name,
        version=answer.model_version,
        threshold=_threshold(answer.parameters),
        # Checked element by element: a truth value or a string would pass for a number here.
        scores=msgspec.convert(outputs[oip.PROBABILITY], list[Probability]),
        labels=msgspec.convert(outputs[oip.LABEL], list[Label]),
        explanations=[_explanation.decode(text) for text in outputs.get(oip.EXPLANATION, [])],
    )
