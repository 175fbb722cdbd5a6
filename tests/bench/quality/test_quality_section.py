from typing import Any

import pytest

from bench.quality.contenders import contenders
from bench.quality.section import page, tables


def row(contender: str, seed: int, f1: float) -> dict[str, Any]:
    """A row of results."""
    return {
        "contender": contender, "seed": seed, "space": {}, "f1": f1, "f1_standard_error": 0.005,
        "precision": 0.99, "recall": 0.95, "ham_false_positive_rate": 0.0015, "brier": 0.006,
        "calibration_error": 0.002, "by_rule": {"one": f1, "other": f1 - 0.01},
    }  # fmt: skip


FOUND = {
    "corpus": {"messages": 4533, "spam": 561},
    "rows": [
        row("ours", 0, 0.971), row("ours", 1, 0.973), row("ours", 2, 0.975),
        row("words", 0, 0.94), row("words", 1, 0.95),
        row("ours without marks", 0, 0.965), row("ours without marks", 1, 0.963),
    ],
}  # fmt: skip


def test_the_page_says_the_mean_over_the_seeds() -> None:
    """Mean and standard deviation of ours, and the standard error of having these messages."""
    text = page(FOUND)
    assert "**Ours reaches 0.9730**" in text
    assert "0.0020" in text
    assert "0.0050" in text


def test_contenders_are_listed_with_their_measures() -> None:
    """Plain ones first; ours without an ingredient is in a table of its own."""
    rows = tables(FOUND)[0].rows
    assert [cells[0] for cells in rows] == ["words", "ours"]
    assert rows[0][1:4] == ["0.9450", "0.0071", "2"]
    assert "0.15%" in rows[0]


def test_an_ingredient_is_compared_on_the_same_seeds() -> None:
    """The difference is to ours with the seeds that both have, not to ours with all."""
    (cells,) = tables(FOUND)[1].rows
    assert cells == ["ours without marks", "0.9640", "-0.0080", "2"]


def test_rules_for_the_threshold_are_compared() -> None:
    """On ours, a row each."""
    assert [cells[:2] for cells in tables(FOUND)[2].rows] == [
        ["one", "0.9730"],
        ["other", "0.9630"],
    ]


def test_contenders_have_names_and_spaces_of_their_own() -> None:
    """None is measured twice."""
    found = contenders()
    assert len({one.name for one in found}) == len(found)
    assert len({one.space for one in found}) == len(found)
    assert all(len(one.seeds) >= 5 for one in found)


@pytest.mark.parametrize("name", ["ours", "words", "character n-grams"])
def test_what_the_page_compares_is_measured(name: str) -> None:
    """Over eight seeds."""
    (contender,) = [one for one in contenders() if one.name == name]
    assert len(contender.seeds) == 8
