"""From messages to verdicts: the rules, then the model for all that they leave."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

from gateway import metrics
from gateway.errors import ModelUnavailable, TextRefused
from gateway.rulebook import Rulebook, Serving
from gateway.schemas import (
    ClassifyRequest,
    ClassifyResponse,
    Label,
    ModelExplanation,
    PackRef,
    RuleExplanation,
)
from gateway.shadow import ShadowScoring, count_agreement
from gateway.upstream.batcher import Batcher
from gateway.upstream.fallback import Fallback
from gateway.upstream.prediction import Prediction
from gateway.upstream.queue import Answer
from kit.random_ids import new_id
from rules.engine import Findings
from rules.pack import Rule

_TURN_CHARS = 4096
"""Code points after which others get a turn, at the end of a message: a fraction of a millisecond
of plain text, some ten milliseconds of the most disguised. A turn after each of 1,000 short
messages would make them a fifth dearer, and nobody wait less."""
_VERDICT_CHARS = 64
"""What giving and counting a verdict is worth in code points that the rules read."""
_LOCATING_CHARS = 1024
_LOCATING_TIMES = 8
"""What finding a rule's places is worth: so many in any case, and each of the text so often."""


class Classifier:
    """Decides messages: the rules first, the model on what they leave."""

    def __init__(
        self, rulebook: Rulebook, batcher: Batcher, fallback: Fallback, shadow: ShadowScoring
    ) -> None:
        """Decide with what serves in `rulebook`, then with the model behind `batcher`.

        Args:
            rulebook: The rules.
            batcher: What asks the model.
            fallback: What decides when the model cannot be asked.
            shadow: What is offered the messages that the rules decide.
        """
        self._rulebook = rulebook
        self._batcher = batcher
        self._fallback = fallback
        self._shadow = shadow

    def decide(
        self, message: ClassifyRequest
    ) -> ClassifyResponse | Coroutine[Any, Any, ClassifyResponse]:
        """Return the verdict on one message; if no rule decides it, what to await for it.

        What is returned to be awaited raises:
            ModelUnavailable: The model could not be asked, and there is no fallback.
            TextRefused: The model server does not take the text.
        """
        serving = self._rulebook.serving
        found = serving.scan(message.text)
        rule = found.decision
        if rule is None:
            return self._by_model(serving.pack, message, found)
        verdict = _from_rule(serving, message, rule)
        self._count_rule(message, found, verdict)
        return verdict

    async def classify(self, messages: Sequence[ClassifyRequest]) -> list[ClassifyResponse]:
        """Return a verdict on each message, in order; the rules of all are of one pack.

        Raises:
            ModelUnavailable: No rule decided one of them, the model could not be asked, and there
                is no fallback. There is no verdict then on any: half an answer would be read as a
                whole one.
            TextRefused: The model server does not take one of the texts.
        """
        serving = self._rulebook.serving
        findings = await _scan_all(serving, messages)
        left = [i for i, found in enumerate(findings) if found.decision is None]
        decided = await self._all_by_model(serving.pack, messages, left)
        verdicts = []
        turns = _Turns()
        for i, (message, found) in enumerate(zip(messages, findings, strict=True)):
            if found.decision is None:
                verdict = decided[i]
                self._count_model(found, verdict)
            else:
                verdict = _from_rule(serving, message, found.decision)
                self._count_rule(message, found, verdict)
            verdicts.append(verdict)
            await turns.after(_worth(message))
        return verdicts

    async def _by_model(
        self, pack: PackRef, message: ClassifyRequest, found: Findings
    ) -> ClassifyResponse:
        answer = self._batcher.ask(message.text, explain=message.explain)
        verdict = await self._verdict(pack, message, answer, "$.text")
        self._count_model(found, verdict)
        return verdict

    async def _all_by_model(
        self, pack: PackRef, messages: Sequence[ClassifyRequest], left: Sequence[int]
    ) -> dict[int, ClassifyResponse]:
        """Return the verdicts on the messages whose indices are in `left`."""
        answers = self._batcher.ask_all([(messages[i].text, messages[i].explain) for i in left])
        ahead = iter(answers)
        try:
            return {
                i: await self._verdict(pack, messages[i], answer, f"$.items[{i}].text")
                for i, answer in zip(left, ahead, strict=True)
            }
        except BaseException as error:
            self._give_up(ahead, error)
            raise

    def _give_up(self, answers: Iterable[asyncio.Future[Answer]], why: BaseException) -> None:
        """Want none of the answers any more; count the messages that have none by why they have."""
        for answer in answers:
            error = why if answer.cancel() or answer.cancelled() else answer.exception()
            if isinstance(error, ModelUnavailable):
                self._fallback.count(error)

    async def _verdict(
        self, pack: PackRef, message: ClassifyRequest, answer: asyncio.Future[Answer], place: str
    ) -> ClassifyResponse:
        try:
            prediction, index = await answer
        except ModelUnavailable as error:
            return _from_fallback(pack, message, self._fallback.label_for(error))
        except TextRefused as error:
            msg = f"{error} - at `{place}`"
            raise TextRefused(msg) from error
        if self._fallback.outage:
            self._fallback.answered()
        return _from_model(pack, message, prediction, index)

    def _count_rule(
        self, message: ClassifyRequest, found: Findings, verdict: ClassifyResponse
    ) -> None:
        """Count a message that a rule decided, and offer it to the shadow."""
        metrics.DECIDED["heuristic", verdict.label].inc()
        for rule in found.hits:
            metrics.rule_hits(rule.id, rule.state).inc()
        self._shadow.offer(message.text, found.hits)

    def _count_model(self, found: Findings, verdict: ClassifyResponse) -> None:
        """Count a message that no rule decided; compare the rules that hit it with the model."""
        metrics.DECIDED[verdict.layer, verdict.label].inc()
        for rule in found.hits:
            metrics.rule_hits(rule.id, rule.state).inc()
        if verdict.layer == "model":
            count_agreement(found.hits, verdict.label)


async def _scan_all(serving: Serving, messages: Sequence[ClassifyRequest]) -> list[Findings]:
    """Return what the rules find in each message."""
    findings: list[Findings] = []
    turns = _Turns()
    for message in messages:
        findings.append(serving.scan(message.text))
        await turns.after(len(message.text))
    return findings


def _worth(message: ClassifyRequest) -> int:
    """Return what a verdict on a message is worth in code points that the rules read."""
    if not message.explain:
        return _VERDICT_CHARS
    return _LOCATING_CHARS + _LOCATING_TIMES * len(message.text)


class _Turns:
    """Gives probes and other requests their turn between the messages of a batch."""

    def __init__(self) -> None:
        self._chars = 0

    async def after(self, chars: int) -> None:
        """Count what was done, in code points that the rules read; let others go if it is much."""
        self._chars += chars
        if self._chars >= _TURN_CHARS:
            self._chars = 0
            await asyncio.sleep(0)


def _from_rule(serving: Serving, message: ClassifyRequest, rule: Rule) -> ClassifyResponse:
    verdict = ClassifyResponse(
        id=message.id or new_id(),
        label=rule.verdict,
        score=1.0 if rule.verdict == "spam" else 0.0,
        layer="heuristic",
        rule=rule.id,
        pack=serving.pack,
    )
    if message.explain:
        spans = serving.locate(message.text, rule)
        # Of the message as it was sent, disguises included: where a reader looks for it.
        matched = message.text[slice(*spans[0])] if spans else None
        verdict.explanation = RuleExplanation(rule.description, matched, spans)
    return verdict


def _from_model(
    pack: PackRef, message: ClassifyRequest, prediction: Prediction, index: int
) -> ClassifyResponse:
    verdict = ClassifyResponse(
        id=message.id or new_id(),
        label=prediction.labels[index],
        score=prediction.scores[index],
        layer="model",
        pack=pack,
        model=prediction.model,
    )
    if message.explain:
        why = prediction.explanations[index]
        verdict.explanation = ModelExplanation(
            prediction.threshold, why.logit, why.intercept, why.terms, why.rest
        )
    return verdict


def _from_fallback(pack: PackRef, message: ClassifyRequest, label: Label) -> ClassifyResponse:
    """Return a verdict that nobody came to; it explains nothing."""
    return ClassifyResponse(
        id=message.id or new_id(),
        label=label,
        score=1.0 if label == "spam" else 0.0,
        layer="fallback",
        pack=pack,
    )
