from collections.abc import Sequence
from pathlib import Path

import pytest

from fixtures.browser import Dom, opened
from trainer.run_log.chart import HAM, SPAM, Axis, Chart, Figure, Matrix, Series
from trainer.run_log.mistakes import Mistake, Mistakes
from trainer.run_log.page import MOST_LISTED, Measure, render_page
from trainer.run_log.terms import Term, TopTerms

OWNED = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
FIGURES: Sequence[Figure] = (
    Chart(
        "curve", "A curve", "its note", Axis("across", (0.0, 1.0)), Axis("up", (0.5, 50.0), True),
        (
            Series("line", (0.1, 0.9), (1.0, 40.0), HAM, "line", (0.1, 0.2), (0.1, 0.2)),
            Series("bars", (0.25, 0.75), (3.0, 4.0), SPAM, "bars"),
            Series("dashed", (0.5, 0.5), (1.0, 40.0), SPAM, "dashed"),
        ),
    ),
    Chart(
        "rows", "Rows", "", Axis("F1"), Axis("", ticks=("first row", "second row")),
        (Series("mark", (0.9, 0.8), (0.0, 1.0), SPAM, "marker"),),
    ),
    Matrix("counts", "Counts", "", ("is a", "is b"), ("to a", "to b"), ((7, 3), (0, 12_345))),
)  # fmt: skip
TERMS = TopTerms((Term("word", "prize", 4.25),), (Term("char_wb", "ok␣", -3.5),))


def page_of(
    mistakes: Mistakes | None, name: str = "spam-classifier", terms: TopTerms = TERMS
) -> str:
    """A page with all figures."""
    measures = [Measure("F1 of spam", "0.9712", "0.9601 to 0.9823")]
    return render_page((name, "demo, seed 7"), measures, FIGURES, terms, mistakes)


def mistakes_of(*texts: str) -> Mistakes:
    """Spam that was missed."""
    listed = [Mistake(text, True, 0.0123, (Term("word", "lunch", -2.0),)) for text in texts]
    return Mistakes(len(texts), 0, tuple(listed))


@pytest.fixture(scope="module")
def dom(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Dom:
    """A page, as the browser has it after its scripts ran."""
    page = tmp_path_factory.mktemp("page") / "report.html"
    page.write_text(page_of(mistakes_of("see you at lunch")), encoding="utf-8")
    return opened(chromium, page)


def test_every_figure_is_drawn(dom: Dom) -> None:
    """By the script in the page, without a network: axes, legends and counts are there."""
    assert dom.ids >= {"figure-curve", "figure-rows", "figure-counts"}
    drawn = [value for name, value in dom.attributes if name == "class" and "main-svg" in value]
    assert len(drawn) >= len(FIGURES)
    for text in (
        "A curve", "its note", "across", "dashed", "first row", "second row", "12,345", "is b",
    ):  # fmt: skip
        assert text in dom.text, text


def test_measures_terms_and_mistakes_are_there(dom: Dom) -> None:
    """With their numbers."""
    for text in (
        "spam-classifier", "demo, seed 7", "F1 of spam", "0.9712", "0.9601 to 0.9823",
        "prize", "+4.25", "ok␣", "-3.50", "see you at lunch", "0.0123", "lunch",
        "1 spam called ham, 0 ham called spam",
    ):  # fmt: skip
        assert text in dom.text, text
    assert dom.ids >= {"measures", "terms", "mistakes"}


def test_nothing_is_loaded_and_texts_are_inert(tmp_path: Path, chromium: str) -> None:
    """Markup in messages, terms and names is text, in plotly's parts too."""
    page = tmp_path / "report.html"
    terms = TopTerms((Term("word", OWNED, 1.0),), ())
    page.write_text(page_of(mistakes_of(OWNED), OWNED, terms), encoding="utf-8")
    dom = opened(chromium, page)
    assert dom.text.count("document.title='owned'") >= 3
    assert dom.elements["img"] == 0
    assert not [name for name, _ in dom.attributes if name.startswith("on")]
    assert not [value for name, value in dom.attributes if name == "src"]


def test_where_messages_must_not_be_shown_there_are_none() -> None:
    """Neither the list nor a link to it."""
    page = page_of(None)
    assert 'id="mistakes"' not in page
    assert 'href="#mistakes"' not in page


def test_a_long_list_is_cut_and_says_so() -> None:
    """So that a page of a large corpus can still be opened."""
    page = page_of(mistakes_of(*(f"missed {n}." for n in range(MOST_LISTED + 1))))
    assert f"missed {MOST_LISTED - 1}." in page
    assert f"missed {MOST_LISTED}." not in page
    assert f"The first {MOST_LISTED} are shown." in page
    assert "x" * 1_000 + "…" in page_of(mistakes_of("x" * 1_001))
    assert "x" * 1_001 not in page_of(mistakes_of("x" * 1_001))
