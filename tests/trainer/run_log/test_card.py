import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.run_log.card import Card, CardTable, code, plain, render_card, shortened
from trainer.run_log.terms import Term, TopTerms


def card_of(**changed: object) -> Card:
    """A card with everything on it, but for what is changed."""
    facts: dict[str, object] = {
        "title": "spam-classifier",
        "run_id": "run-0123",
        "candidate": "word+char C=30",
        "passed": True,
        "reasons": (),
        "measures": CardTable("Measures", "", ("measure", "value", "95 % interval"),
                              [("F1 of spam", "0.9712", "0.9601 to 0.9823")]),
        "data": {"source": "demo", "digest": "ab12", "spam": "561"},
        "procedure": {"seed": "7", "threshold": "0.413"},
        "terms": TopTerms((Term("word", "prize", 4.0),), (Term("char_wb", "ok␣", -3.0),)),
        "tables": [CardTable("Slices", "By length.", ("slice", "F1"), [("long", "0.9321")])],
        "checks": CardTable("What the gate asked", "Policy 1.", ("check", "found"),
                            [("size", "40 is below 100")]),
        "environment": {"scikit-learn": "9.9.9"},
    }  # fmt: skip
    return Card(**(facts | changed))  # type: ignore[arg-type]


def test_it_says_all_that_it_is_given() -> None:
    """Every number and name is on it, the run's id in the command that reproduces it."""
    shown = render_card(card_of())
    for fact in (
        "# spam-classifier", "`word+char C=30`", "let it through",
        "| F1 of spam | 0.9712 | 0.9601 to 0.9823 |", "source: `demo`", "digest: `ab12`",
        "spam: `561`", "seed: `7`", "threshold: `0.413`", "`prize`", "`ok␣`", "## Slices",
        "By length.", "## What the gate asked", "| size | 40 is below 100 |",
        "| long | 0.9321 |", "`trainer reproduce run-0123`", "scikit-learn: `9.9.9`",
    ):  # fmt: skip
        assert fact in shown, fact


def test_a_refusal_has_every_reason() -> None:
    """And the card does not say that it passed."""
    shown = render_card(card_of(passed=False, reasons=["F1 is too low", "a slice is bad"]))
    assert "**refused** it" in shown
    assert "- F1 is too low\n- a slice is bad\n" in shown
    assert "Passed." not in shown


def test_what_is_not_known_has_no_section() -> None:
    """Neither slices nor an environment, nor what the gate asked."""
    shown = render_card(card_of(tables=(), environment={}, checks=None))
    assert "## What the gate asked" not in shown
    assert "## Slices" not in shown
    assert "## Environment" not in shown


def test_it_is_one_table_a_section() -> None:
    """No blank line within a table, which would end it."""
    rows = [("a", "1"), ("b", "2")]
    shown = render_card(card_of(tables=[CardTable("T", "n", ("x", "y"), rows)]))
    assert "| x | y |\n|---|---|\n| a | 1 |\n| b | 2 |\n" in shown


def test_what_comes_from_outside_is_no_markup() -> None:
    """A path, a reason or a term can be anything, and stays on its line."""
    assert plain("a | b <img src=x> [x](y) *z*\n# h") == (
        r"a \| b \<img src=x\> \[x\](y) \*z\* \# h"
    )
    assert code("a`b") == "`` a`b ``"
    assert code("a\n# b") == "`a # b`"
    hostile = "</td>\n\n# owned <script>alert(1)</script>"
    shown = render_card(card_of(data={"source": hostile}, reasons=[hostile], passed=False))
    assert "\n# owned" not in shown
    assert "`</td> # owned <script>alert(1)</script>`" in shown
    assert r"\<script\>" in shown


@given(st.text())
def test_a_code_span_ends_where_it_should(text: str) -> None:
    """The fence is longer than any run of backticks within."""
    shown = code(text)
    fence = shown[: len(shown) - len(shown.lstrip("`"))]
    inner = shown[len(fence) : -len(fence)]
    assert shown.endswith(fence)
    assert fence not in inner
    assert "\n" not in shown


@pytest.mark.parametrize("most", [400, 1_000, 5_000])
def test_a_note_has_whole_sections_and_says_that_there_is_more(most: int) -> None:
    """MLflow would cut it in the middle of a word."""
    whole = render_card(card_of())
    shown = shortened(whole, most)
    assert len(shown) <= most
    if len(whole) <= most:
        assert shown == whole
    else:
        kept, more, end = shown.partition("\n*The rest is in `model_card.md`")
        assert more
        assert end == " among the run's artifacts.*\n"
        assert whole.startswith(kept)
        assert whole[len(kept) :].lstrip("\n").startswith("## ")
