"""A few messages through the public API, and the verdicts as a table."""

from collections.abc import Sequence
from http import HTTPStatus

import aiohttp
import msgspec
from rich.table import Table
from rich.text import Text

from laptop.errors import DemoFailed

MESSAGES = (
    "Are we still on for lunch tomorrow? I can be there at half past twelve.",
    "URGENT! You have won a 2,000 pound cash prize. Call 09061 701234 now to claim, code K52.",
    "Running late, the train stopped again. Please start dinner without me.",
    "Vi\u0430gra without prescription, lowest prices today: https://meds.example/now",  # not our a
    "Congrats! Your number was picked for a free weekend in Rome. Txt YES to get your tickets.",
    "Hi Anna, the invoice for March is attached. Could you confirm the amount by Friday?",
)
"""Inventions of ours: ham and spam, some for the rules and the rest for the model."""

_CALL = aiohttp.ClientTimeout(total=10)


class Model(msgspec.Struct, frozen=True):
    """The version that scored a message."""

    name: str
    version: str


class Verdict(msgspec.Struct, frozen=True):
    """What of the gateway's answer is shown."""

    label: str
    score: float
    layer: str
    rule: str | None = None
    model: Model | None = None


async def classify(client: aiohttp.ClientSession, gateway_url: str, text: str) -> Verdict:
    """Return the gateway's verdict on one message.

    Raises:
        DemoFailed: It answered with a problem, with something else, or not at all.
    """
    url = f"{gateway_url}/v1/classify"
    try:
        async with client.post(url, json={"text": text}, timeout=_CALL) as response:
            body = await response.read()
        if response.status == HTTPStatus.OK:
            return msgspec.json.decode(body, type=Verdict)
    except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError) as error:
        msg = f"the gateway did not classify a message ({url}: {error}): see its log"
        raise DemoFailed(msg) from error
    answer = body.decode(errors="replace")
    msg = f"the gateway did not classify a message ({url}: {response.status} {answer})"
    raise DemoFailed(msg)


def verdict_table(texts: Sequence[str], verdicts: Sequence[Verdict]) -> Table:
    """Return one row a message: its text, its verdict and who reached it."""
    table = Table("message", "label", "score", "layer", "decided by", highlight=False)
    table.columns[2].justify = "right"
    for text, verdict in zip(texts, verdicts, strict=True):
        label = Text(verdict.label, style="red" if verdict.label == "spam" else "green")
        score = f"{verdict.score:.3f}"
        # As Text: square brackets in a message are no markup.
        table.add_row(Text(text), label, score, verdict.layer, Text(decided_by(verdict)))
    return table


def decided_by(verdict: Verdict) -> str:
    """Return the rule or the model version that reached a verdict."""
    if verdict.rule is not None:
        return verdict.rule
    return f"{verdict.model.name} v{verdict.model.version}" if verdict.model else "-"
