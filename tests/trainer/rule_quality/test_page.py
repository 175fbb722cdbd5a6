import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from fixtures.browser import opened
from fixtures.corpus import corpus_of
from fixtures.packs import word_rule, write_pack
from trainer.dataset.corpus import Corpus
from trainer.errors import Unwritable
from trainer.rule_policy import load_rule_policy
from trainer.rule_quality.page import MOST_LISTED, MOST_SAMPLES, render_page, write_page
from trainer.rule_quality.quality import Assessed, assess
from trainer.rule_quality.scanning import open_engine
from trainer.system import Labelled, judge_system

OWNED = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@contextmanager
def canary() -> Iterator[tuple[str, list[str]]]:
    """Run a server; yield its address and the paths that it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def assessed(pack: Path, corpus: Corpus) -> Assessed:
    """The pack on the corpus, by the policy that comes with hamgate."""
    return assess(open_engine(pack), corpus, load_rule_policy(None))


@pytest.fixture
def small(small_pack: Path, small_corpus: Corpus) -> Assessed:
    """The small pack on the small corpus."""
    return assessed(small_pack, small_corpus)


def with_model(small: Assessed) -> str:
    """The page of the small pack, with a model that calls one ham and two of the spam spam."""
    verdicts = small.scanned.verdicts
    labelled = Labelled(
        spam=np.arange(10) < 6,
        decided=np.array([verdict is not None for verdict in verdicts]),
        ruled_spam=np.array([verdict == "spam" for verdict in verdicts]),
        modelled_spam=np.isin(np.arange(10), [0, 3, 8]),
    )
    return render_page(small, (judge_system(labelled, seed=0), labelled))


def test_a_browser_shows_the_tables(small: Assessed, tmp_path: Path, chromium: str) -> None:
    """Totals, the rules to look at, every rule with an anchor, and the lists of messages."""
    page = tmp_path / "rules.html"
    write_page(page, render_page(small))
    dom = opened(chromium, page)
    rules = {f"rule-{rule.id}" for rule in small.report.rules}
    lists = {"wronged-ham", "passed-spam", "missed-spam"}
    assert dom.ids >= rules | lists | {"shortfalls", "totals", "named", "rules"}
    assert "system" not in dom.ids
    for text in (*small.report.shortfalls, "prize claim win", "mum, a prize", "claim form"):
        assert text in dom.text
    assert "shares hits with prize (2, 67\xa0%), win (1, 33\xa0%)" in dom.text
    assert dom.elements["table"] == 2
    assert dom.elements["mark"] > 0


def test_with_a_model_it_tells_of_both_layers(
    small: Assessed, tmp_path: Path, chromium: str
) -> None:
    """The table of the layers, and what each gets wrong."""
    page = tmp_path / "rules.html"
    write_page(page, with_model(small))
    dom = opened(chromium, page)
    assert dom.ids >= {"system", "model-missed-spam", "model-wronged-ham", "gained-spam"}
    assert dom.elements["table"] == 3
    assert "The rules take 4 spam from the model; 2 of them it would have missed." in dom.text


def test_a_link_opens_what_it_points_to(small: Assessed, tmp_path: Path, chromium: str) -> None:
    """A rule's link shows its hits, which are folded up otherwise, without a script."""
    page = tmp_path / "rules.html"
    write_page(page, render_page(small))
    assert opened(chromium, page).opened == set()
    assert opened(chromium, page, "#rule-claim").opened == {"rule-claim"}


def test_texts_are_inert_and_nothing_is_loaded(tmp_path: Path, chromium: str) -> None:
    """Markup in messages, in the pack and in the corpus' name is text; no server is asked.

    Neither does the page need one: every reference in it is to a place in itself.
    """
    with canary() as (url, asked):
        hostile = [
            f"prize {OWNED}",
            f"prize <img src={url}/image>",
            f"prize </bdi></li></ol></details><link rel=stylesheet href={url}/style>",
            f'prize "><iframe src="{url}/frame"></iframe>',
            "prize <a href=javascript:alert(1)>here</a> {{ 7 * 7 }} {% raw %}",
            f"<style>@import '{url}/import';</style>",
            f"<base href={url}><meta http-equiv=refresh content='0;url={url}/refresh'>",
        ]
        rule = word_rule("prize") | {"description": OWNED}
        pack = write_pack(tmp_path / "pack.yaml", rule, version=OWNED[:64])
        page = tmp_path / "rules.html"
        write_page(page, render_page(assessed(pack, corpus_of(hostile, [f"hello {OWNED}"]))))
        dom = opened(chromium, page)
    assert asked == []
    for text in (*hostile, OWNED):
        assert text in dom.text
    own = {"html", "head", "meta", "title", "style", "body", "header", "section", "details"}
    assert dom.elements.keys() - own <= {
        "a", "b", "bdi", "br", "code", "div", "h1", "h2", "h4", "li", "mark", "ol", "p", "small",
        "span", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
    }  # fmt: skip
    assert {tag: dom.elements[tag] for tag in ("style", "title")} == {"style": 1, "title": 1}
    assert not [name for name, _ in dom.attributes if name == "src" or name.startswith("on")]
    assert all(value.startswith("#") for name, value in dom.attributes if name == "href")


def test_long_lists_are_cut_and_say_so(tmp_path: Path) -> None:
    """A page of a large corpus can still be opened; the counts are those of all messages."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    missed = [f"missed {number}" for number in range(MOST_LISTED + 1)]
    caught = [f"prize {number}" for number in range(MOST_SAMPLES + 1)]
    page = render_page(assessed(pack, corpus_of([*missed, *caught], ["see you"])))
    assert f"missed {MOST_LISTED - 1}<" in page
    assert f"missed {MOST_LISTED}<" not in page
    assert f"The first {MOST_LISTED} are shown." in page
    assert f"Rightly, {MOST_SAMPLES} of {MOST_SAMPLES + 1}" in page


def test_a_page_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    """The error has the path and the reason."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "page.html"):
        with pytest.raises(Unwritable, match=rf"{path}: cannot be written: \w"):
            write_page(path, "")
