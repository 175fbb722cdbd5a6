import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.text import MAX_CHARS, normalise
from rules.disguises.leet import READINGS
from rules.views import Views

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
"""Every code point, lone surrogates and NUL included."""


def test_a_message_in_all_its_forms() -> None:
    """Raw is as it came, normalised folds case and white space, squeezed undoes disguises."""
    views = Views("Get  F.R.E.E 🎉 now")
    assert views.raw == "Get  F.R.E.E 🎉 now"
    assert views.normalised == "get f.r.e.e 🎉 now"
    assert views.squeezed == "get free now"
    assert views.features.emoji == 1


def test_a_form_is_made_once() -> None:
    """Asking again gives the same object."""
    views = Views("Fr33  entry")
    assert views.normalised is views.normalised
    assert views.squeezed is views.squeezed
    assert views.features is views.features


def test_an_ordinary_message_is_squeezed_already() -> None:
    """Both forms are one object, so that one scan does for both."""
    views = Views("See you at  HOME")
    assert views.squeezed is views.normalised


def test_a_long_message_is_cut() -> None:
    """Raw text ends where the normalisation stops reading."""
    views = Views("a" * (MAX_CHARS + 1))
    assert len(views.raw) == len(views.normalised) == MAX_CHARS


@pytest.mark.parametrize(
    ("raw", "pattern", "shown"),
    [
        ("get  F.R.E.E  cash", "free", "F.R.E.E"),
        ("a  F R E E   c a s h  b", "free cash", "F R E E   c a s h"),
        ("win a  pr\u200bi🎉ze", "prize", "pr\u200bi🎉ze"),
        ("oh  ｗ-ｉ-ｎ", "win", "ｗ-ｉ-ｎ"),
        ("x  🅵🆁🅴🅴", "free", "🅵🆁🅴🅴"),
        ("x  Ca$h", f"ca[{''.join(p for p, r in READINGS.items() if 's' in r)}]h", "Ca$h"),
    ],
)
def test_a_hit_in_squeezed_text_is_shown_as_written(raw: str, pattern: str, shown: str) -> None:
    """Positions go back through both forms."""
    views = Views(raw)
    hit = re.search(pattern, views.squeezed)
    assert hit is not None
    first, end = views.in_raw("squeezed", *hit.span())
    assert raw[first:end] == shown


def test_a_position_in_raw_text_is_itself() -> None:
    """Raw text needs no way back."""
    assert Views("  a").in_raw("raw", 2, 3) == (2, 3)


@given(ANY_TEXT, st.data())
def test_positions_lie_within_the_message(raw: str, data: st.DataObject) -> None:
    """Whatever the text and the view, a part of it is one of the raw text, and not empty."""
    views = Views(raw)
    for view, text in (("normalised", views.normalised), ("squeezed", views.squeezed)):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        first, last = views.in_raw("normalised" if view == "normalised" else "squeezed", start, end)
        assert 0 <= first <= last <= len(raw)
        assert (first < last) is (start < end)


@given(ANY_TEXT)
def test_normalised_is_the_normal_form_of_the_whole(raw: str) -> None:
    """Models and rules see the same text."""
    assert Views(raw).normalised == normalise(raw)
