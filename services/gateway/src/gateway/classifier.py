"""From messages to verdicts: the rules, then the model for all that they leave."""

import asyncio
import uuid
from collections.abc import Sequence

from gateway import metrics
from gateway.client import Prediction, Predictor
from gateway.rulebook import Rulebook
from gateway.schemas import (
    ClassifyRequest,
    ClassifyResponse,
    ModelExplanation,
    ModelRef,
    PackRef,
    RuleExplanation,
)
from gateway.shadow import ShadowScoring, count_agreement
from rules.engine import Engine, Findings
from rules.pack import Pack, Rule
from rules.views import Views

_TURN_CHARS = 4096
"""Code points after which others get a turn, at the end of a message: a fraction of a millisecond
of plain text, some ten milliseconds of the most disguised. A turn after each of 1,000 short
messages would make them a fifth dearer, and nobody wait less."""


class Classifier:
    """Decides messages: the rules first, the model on what they leave."""

    def __init__(self, rulebook: Rulebook, predictor: Predictor, shadow: ShadowScoring) -> None:
        """Decide with the engine of `rulebook`, then with `predictor`; offer `shadow` the first."""
        self._rulebook = rulebook
        self._predictor = predictor
        self._shadow = shadow

    async def classify(self, messages: Sequence[ClassifyRequest]) -> list[ClassifyResponse]:
        """Return a verdict on each message, in order; the rules of all are of one pack.

        Raises:
            ModelUnavailable: No rule decided one of them, and the model could not be asked. There
                is no verdict then on any: half an answer would be read as a whole one.
        """
        engine = self._rulebook.engine
        findings, verdicts = await _by_rules(engine, messages)
        # Two groups at most: an explanation costs some twenty times what a score does.
        for explain in (False, True):
            group = [
                i
                for i, message in enumerate(messages)
                if verdicts[i] is None and message.explain is explain
            ]
            answers = await self._by_model(engine.pack, messages, group)
            for i, verdict in zip(group, answers, strict=True):
                verdicts[i] = verdict
        decided = [verdict for verdict in verdicts if verdict is not None]
        for message, found, verdict in zip(messages, findings, decided, strict=True):
            self._count(message, found, verdict)
        return decided

    async def _by_model(
        self, pack: Pack, messages: Sequence[ClassifyRequest], group: Sequence[int]
    ) -> list[ClassifyResponse]:
        """Ask the model about the messages of a group, all of which or none want explanations."""
        if not group:
            return []
        # The raw texts: the model server normalises them itself, as for any other client.
        asked = [messages[i] for i in group]
        texts = [message.text for message in asked]
        prediction = await self._predictor.predict(texts, explain=asked[0].explain)
        return [_from_model(pack, message, prediction, i) for i, message in enumerate(asked)]

    def _count(self, message: ClassifyRequest, found: Findings, verdict: ClassifyResponse) -> None:
        """Count an answered message, and compare the rules that hit it with the model."""
        metrics.DECISIONS.labels(verdict.layer, verdict.label).inc()
        for rule in found.hits:
            metrics.RULE_HITS.labels(rule.id, rule.state).inc()
        if found.decision is None:
            count_agreement(found.hits, verdict.label)
        else:
            self._shadow.offer(message.text, found.hits)


async def _by_rules(
    engine: Engine, messages: Sequence[ClassifyRequest]
) -> tuple[list[Findings], list[ClassifyResponse | None]]:
    """Return what the rules found in each message, and the verdict where one decides."""
    findings: list[Findings] = []
    verdicts: list[ClassifyResponse | None] = []
    chars = 0
    for message in messages:
        views = Views(message.text)
        found = engine.scan(views)
        findings.append(found)
        rule = found.decision
        verdicts.append(None if rule is None else _from_rule(engine, message, views, rule))
        chars += len(message.text)
        if chars >= _TURN_CHARS:
            # Long texts take milliseconds: probes and others get their turn in between.
            await asyncio.sleep(0)
            chars = 0
    return findings, verdicts


def _id_of(message: ClassifyRequest) -> str:
    return message.id or uuid.uuid4().hex


def _pack_ref(pack: Pack) -> PackRef:
    return PackRef(pack.name, pack.version)


def _from_rule(
    engine: Engine, message: ClassifyRequest, views: Views, rule: Rule
) -> ClassifyResponse:
    answer = ClassifyResponse(
        id=_id_of(message),
        label=rule.verdict,
        score=1.0 if rule.verdict == "spam" else 0.0,
        layer="heuristic",
        rule=rule.id,
        pack=_pack_ref(engine.pack),
    )
    if message.explain:
        spans = [(span.start, span.end) for span in engine.locate(views, rule)]
        # Of the message as it was sent, disguises included: where a reader looks for it.
        matched = message.text[slice(*spans[0])] if spans else None
        answer.explanation = RuleExplanation(rule.description, matched, spans)
    return answer


def _from_model(
    pack: Pack, message: ClassifyRequest, prediction: Prediction, index: int
) -> ClassifyResponse:
    answer = ClassifyResponse(
        id=_id_of(message),
        label=prediction.labels[index],
        score=prediction.scores[index],
        layer="model",
        pack=_pack_ref(pack),
        model=ModelRef(prediction.name, prediction.version),
    )
    if message.explain:
        why = prediction.explanations[index]
        answer.explanation = ModelExplanation(
            prediction.threshold, why.logit, why.intercept, why.terms, why.rest
        )
    return answer
