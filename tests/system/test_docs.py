"""The examples that users read and paste: they are sent, and answered as it is written."""

import json
import re
from pathlib import Path

import httpx2
import pytest

from fixtures.services import Stack

ROOT = Path(__file__).parent.parent.parent
PAGES = ("README.md", "docs/api.md")


def requests_in(page: str) -> list[tuple[str, str]]:
    """Return path and body of each `curl` on a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"curl -s http://127\.0\.0\.1:8000(\S+) .*?-d '(.*?)'", text, re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_every_curl_is_answered(stack: Stack, page: str) -> None:
    """A body from the page is valid, and its message is called spam."""
    found = requests_in(page)
    assert found
    for path, body in found:
        headers = {"content-type": "application/json"}
        answer = httpx2.post(stack.gateway_url + path, content=body.encode(), headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["label"] == "spam"


def test_the_answer_is_the_one_in_the_docs(stack: Stack) -> None:
    """The first example's answer is field for field what is really sent, but for an ellipsis."""
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    written = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL).group(1))  # type: ignore[union-attr]
    ((path, body),) = requests_in("docs/api.md")
    answer = httpx2.post(stack.gateway_url + path, json=json.loads(body)).json()
    assert answer["explanation"].pop("description")
    assert written["explanation"].pop("description") == "…"
    assert answer == written


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link in the README, CONTRIBUTING and docs names a file that is there."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []
