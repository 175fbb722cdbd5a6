"""From messages to verdicts: normalise, rules, then the model for all that are left."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Protocol

from gateway import metrics
from gateway.client import Prediction
from gateway.rules.engine import Engine, Hit
from gateway.schemas import (
    ClassifyRequest,
    ClassifyResponse,
    ModelExplanation,
    ModelRef,
    RuleExplanation,
)
from kit.text import normalise


class Predictor(Protocol):
    """What answers for the model."""

    async def predict(self, texts: Sequence[str], *, explain: bool) -> Prediction:
        """Return the prediction for raw `texts`, or raise `ModelUnavailable`."""


class Classifier:
    """Decides messages: the rules first, the model on what they leave."""

    def __init__(self, engine: Engine, predictor: Predictor) -> None:
        """Decide with `engine`, then with `predictor`."""
        self._engine = engine
        self._predictor = predictor

    async def classify(self, messages: Sequence[ClassifyRequest]) -> list[ClassifyResponse]:
        """Return a verdict on each message, in order.

        Raises:
            ModelUnavailable: No rule decided one of them, and the model could not be asked. There
                is no verdict then on any: half an answer would be read as a whole one.
        """
        verdicts: list[ClassifyResponse | None] = []
        for message in messages:
            verdicts.append(self._by_rules(message))
            # A long text costs the rules up to 0.3 s: probes and others get their turn in between.
            await asyncio.sleep(0)
        # Two groups at most: an explanation costs some twenty times what a score does.
        for explain in (False, True):
            group = [
                i
                for i, message in enumerate(messages)
                if verdicts[i] is None and message.explain is explain
            ]
            for i, verdict in zip(group, await self._by_model(messages, group), strict=True):
                verdicts[i] = verdict
        decided = [verdict for verdict in verdicts if verdict is not None]
        for verdict in decided:
            metrics.DECISIONS.labels(verdict.layer, verdict.label).inc()
        return decided

    def _by_rules(self, message: ClassifyRequest) -> ClassifyResponse | None:
        text = normalise(message.text)
        hit = self._engine.decide(text)
        return None if hit is None else _from_hit(message, text, hit)

    async def _by_model(
        self, messages: Sequence[ClassifyRequest], group: Sequence[int]
    ) -> list[ClassifyResponse]:
        """Ask the model about the messages of a group, all of which or none want explanations."""
        if not group:
            return []
        # The raw texts: the model server normalises them itself, as for any other client.
        asked = [messages[i] for i in group]
        texts = [message.text for message in asked]
        prediction = await self._predictor.predict(texts, explain=asked[0].explain)
        return [_from_model(message, prediction, i) for i, message in enumerate(asked)]


def _id_of(message: ClassifyRequest) -> str:
    return message.id or uuid.uuid4().hex


def _from_hit(message: ClassifyRequest, text: str, hit: Hit) -> ClassifyResponse:
    answer = ClassifyResponse(
        id=_id_of(message),
        label=hit.verdict,
        score=1.0 if hit.verdict == "spam" else 0.0,
        layer="heuristic",
        rule=hit.rule_id,
    )
    if message.explain:
        answer.explanation = RuleExplanation(hit.description, text[hit.start : hit.end])
    return answer


def _from_model(message: ClassifyRequest, prediction: Prediction, index: int) -> ClassifyResponse:
    answer = ClassifyResponse(
        id=_id_of(message),
        label=prediction.labels[index],
        score=prediction.scores[index],
        layer="model",
        model=ModelRef(prediction.name, prediction.version),
    )
    if message.explain:
        why = prediction.explanations[index]
        answer.explanation = ModelExplanation(
            prediction.threshold, why.logit, why.intercept, why.terms, why.rest
        )
    return answer
