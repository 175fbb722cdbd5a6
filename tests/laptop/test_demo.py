"""The messages that are shown, and the table of their verdicts."""

import asyncio
import io

import aiohttp
import pytest
from aiohttp import web
from rich.console import Console

from laptop.demo import MESSAGES, Model, Verdict, classify, decided_by, verdict_table
from laptop.errors import DemoFailed

BY_RULE = Verdict("spam", 1.0, "heuristic", rule="prize-premium-number")
BY_MODEL = Verdict("ham", 0.0324, "model", model=Model("spam-classifier", "3"))


def rendered(texts: list[str], verdicts: list[Verdict], width: int = 120) -> str:
    """Return the table as text."""
    console = Console(file=io.StringIO(), width=width, record=True)
    console.print(verdict_table(texts, verdicts))
    return console.export_text()


def test_a_row_says_who_decided() -> None:
    """A rule is named by its id, a model by its name and version."""
    rows = rendered(["win!", "hello"], [BY_RULE, BY_MODEL]).splitlines()
    by_rule = next(row for row in rows if "win!" in row)
    by_model = next(row for row in rows if "hello" in row)
    assert by_rule.split()[3::2] == ["spam", "1.000", "heuristic", "prize-premium-number"]
    assert "0.032" in by_model
    assert "spam-classifier v3" in by_model


def test_neither_rule_nor_model_is_a_dash() -> None:
    """A fallback's verdict, reached by neither, still has a row."""
    assert decided_by(Verdict("ham", 0.0, "fallback")) == "-"


def test_brackets_in_a_message_are_shown() -> None:
    """What looks like markup in a message is part of the message."""
    assert "[bold]win[/bold] [/]" in rendered(["[bold]win[/bold] [/]"], [BY_RULE])


def test_the_table_fits_a_narrow_terminal() -> None:
    """On 80 columns every line fits and no verdict is cut off."""
    text = rendered(list(MESSAGES), [BY_RULE, BY_MODEL] * 3, width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("heuristic") == 3
    assert text.count("0.032") == 3


async def ask(status: int, body: str) -> Verdict:
    """Return what is made of this answer of the gateway."""

    async def answer(request: web.Request) -> web.Response:
        assert await request.json() == {"text": "hello"}
        return web.Response(status=status, text=body, content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/classify", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as client:
            return await classify(client, f"http://{host}:{port}", "hello")
    finally:
        await runner.cleanup()


def test_classify_returns_the_verdict() -> None:
    """Of the gateway's answer the verdict is kept, whatever else is in it."""
    body = (
        '{"id": "1", "label": "ham", "score": 0.0324, "layer": "model", "rule": null,'
        ' "model": {"name": "spam-classifier", "version": "3"}, "explanation": {}}'
    )
    assert asyncio.run(ask(200, body)) == BY_MODEL


@pytest.mark.parametrize(
    ("status", "body"), [(503, '{"detail": "no model"}'), (200, "{}"), (200, "<html>")]
)
def test_no_verdict_is_a_failure(status: int, body: str) -> None:
    """A problem or an answer of another shape is a failure that names the address."""
    with pytest.raises(DemoFailed, match="/v1/classify"):
        asyncio.run(ask(status, body))


def test_no_gateway_is_a_failure() -> None:
    """A gateway that is away is a failure, not a traceback."""

    async def main() -> None:
        async with aiohttp.ClientSession() as client:
            await classify(client, "http://127.0.0.1:9", "hello")

    with pytest.raises(DemoFailed):
        asyncio.run(main())


def test_the_messages_are_few_and_different() -> None:
    """Five or six messages, none of them twice."""
    assert len(set(MESSAGES)) == len(MESSAGES)
    assert 5 <= len(MESSAGES) <= 6
