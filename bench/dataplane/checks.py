"""Whether the answers are right: a sample is compared with the rules and with the pipeline."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

import aiohttp

from bench.dataplane.place import Place
from bench.dataplane.systems import System
from bench.dataplane.wire import Protocol, Verdict
from rules.views import Views

TOLERANCE = 1e-9
_AT_ONCE = 16
_CALL = aiohttp.ClientTimeout(total=60)


def expected(system: System, texts: Sequence[str], place: Place) -> list[Verdict]:
    """Return the verdicts that the rules give, or the pipeline's `predict_proba`."""
    if system.source == "ruled":
        rules = [place.engine.scan(Views(text)).decision for text in texts]
        labels = [rule.verdict for rule in rules if rule]
        return [Verdict(float(label == "spam"), label, "heuristic") for label in labels]
    model = place.models[system.kind]
    return [
        Verdict(score, "spam" if score >= model.threshold else "ham", "model")
        for score in model.scores(list(texts))
    ]


def differs(said: Verdict, right: Verdict) -> bool:
    """Return whether an answer says something else; what it does not say is not compared."""
    return (
        not abs(said.score - right.score) <= TOLERANCE
        or said.label not in {None, right.label}
        or said.layer not in {None, right.layer}
    )


def wrong_answers(system: System, url: str, texts: Sequence[str], place: Place) -> int:
    """Send `texts`, many at once; return how many answers are none or not the right ones."""
    answers = asyncio.run(_ask(f"{url}{system.protocol.path}", system.protocol, texts))
    read = system.protocol.read
    if read is None:
        marker = system.protocol.expected.encode()
        return sum(answer is None or marker not in answer for answer in answers)
    right = expected(system, texts, place)
    return sum(
        answer is None or differs(read(answer), verdict)
        for answer, verdict in zip(answers, right, strict=True)
    )


async def _ask(url: str, protocol: Protocol, texts: Sequence[str]) -> list[bytes | None]:
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    headers = {"content-type": protocol.content_type}
    async with aiohttp.ClientSession(connector=connector, timeout=_CALL) as session:

        async def ask(text: str) -> bytes | None:
            async with session.post(url, data=protocol.body(text), headers=headers) as response:
                body = await response.read()
                return body if response.status == HTTPStatus.OK else None

        return await asyncio.gather(*map(ask, texts))
