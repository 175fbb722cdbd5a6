import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.marks import MARK_NAMES, MARK_PATTERN
from kit.model_text import model_text
from kit.text import MAX_CHARS, normalise

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
"""Every code point, lone surrogates and NUL included."""
CLOSE = st.text(st.sampled_from(list("aA1.- £p\t\n\x1f\u200b\u0430w:/")), max_size=60)
"""What marks are made of, and what could pass for one."""


def told(raw: str) -> set[str]:
    """What a model is told of a raw text beside its words."""
    written = model_text(raw)[len(normalise(raw)) :]
    return {MARK_NAMES[sign] for sign in re.findall(MARK_PATTERN, written)}


@given(ANY_TEXT | CLOSE)
def test_the_normal_form_stands_before_the_marks(raw: str) -> None:
    """Each mark is there once, known by name, behind a space; nothing else is added or lost."""
    normal, written = normalise(raw), model_text(raw)
    assert written.startswith(f"{normal} ")
    signs = re.findall(MARK_PATTERN, written)
    assert written == f"{normal} {''.join(signs)}"
    assert len(signs) == len(set(signs))
    assert set(signs) <= set(MARK_NAMES)


@given(ANY_TEXT | CLOSE)
def test_no_text_can_forge_a_mark(raw: str) -> None:
    """A normalised text has no white space but single spaces, and marks are made of other."""
    assert not re.search(MARK_PATTERN, normalise(raw))
    assert not re.search(r"[^\S ]", normalise(raw))


def test_every_sign_has_one_name() -> None:
    """No two marks are written alike, and the pattern finds each."""
    assert len(set(MARK_NAMES.values())) == len(MARK_NAMES)
    assert all(re.fullmatch(MARK_PATTERN, sign) and sign.isspace() for sign in MARK_NAMES)


@pytest.mark.parametrize(
    "raw",
    ["http://a.example", "HTTPS://A.example", "www.win.example", "see win.com now", "a1.co.uk/x"],
)
def test_a_link_is_told(raw: str) -> None:
    """By its scheme, by www, or by a domain that is common in messages."""
    assert "link" in told(raw)


@pytest.mark.parametrize("raw", ["ok.combine", "well. uk", ".com", "so...uk", "www", "a: //b"])
def test_no_link_is_told(raw: str) -> None:
    """Words that only begin like a domain, and a domain without a name."""
    assert "link" not in told(raw)


@pytest.mark.parametrize("raw", ["£100", "€ 5", "$1,000", "150p/msg", "10 pounds", "5€", "7 GBP"])
def test_money_is_told(raw: str) -> None:
    """An amount with its currency on either side."""
    assert "money" in told(raw)


@pytest.mark.parametrize("raw", ["100", "5pm", "£", "p", "8 people", "$ a 5"])
def test_no_money_is_told(raw: str) -> None:
    """A number alone, a currency alone, or a word that begins like one."""
    assert "money" not in told(raw)


@pytest.mark.parametrize(
    ("raw", "lengths"),
    [
        ("", set()),
        ("call 09061234567", {"10 digits or more"}),
        ("call 0906 123-4567", {"10 digits or more"}),
        ("at 6 or 18:30", {"1 digits", "2 digits"}),
        ("1 - 2", {"1 digits"}),
        ("１２３", {"3 digits"}),
    ],
)
def test_numbers_are_told_by_their_length(raw: str, lengths: set[str]) -> None:
    """A single space or hyphen within a number does not divide it."""
    numbers = {name for name in told(raw) if name.startswith("number")}
    assert numbers == {f"number of {length}" for length in lengths}


@pytest.mark.parametrize(
    ("raw", "most"),
    [("free entry", 0), ("I Am A Mixed", 0), ("FREE", 1), ("WIN A PRIZE now", 2), ("AB " * 9, 8)],
)
def test_words_in_capitals_are_told(raw: str, most: int) -> None:
    """Words of two letters and more, by steps; each step has all below it."""
    names = {name for name in told(raw) if name.startswith("capital")}
    assert names == {f"capital words>={least}" for least in (1, 2, 4, 8) if least <= most}


@pytest.mark.parametrize(("count", "most"), [(19, 0), (20, 20), (80, 80), (500, 160)])
def test_the_length_is_told(count: int, most: int) -> None:
    """By steps of twenty characters up to 160."""
    names = {name for name in told("a" * count) if name.startswith("length")}
    assert names == {f"length>={least}" for least in range(20, most + 1, 20)}


@pytest.mark.parametrize(
    ("plain", "disguised"),
    [
        ("FREE entry", "F\u200bREE entry"),
        ("FREE entry", "FR\u0415E entry"),
        ("FREE entry", "ＦＲＥＥ entry"),
        ("call 09061234567", "call 0906\u200b1234567"),
        ("win £100 at www.win.example", "WIN £1\u00ad00 at WWW.win.example"),
    ],
)
def test_a_disguise_hides_no_mark(plain: str, disguised: str) -> None:
    """Zero-width characters, look-alikes and widths change nothing in what is told."""
    assert told(plain) <= told(disguised)


HOSTILE = [
    "a-", "A", "1.", "1-", "A ", "1", "www", "£ ", "1 ", "\u0430A", "e\u0301", ".co", "-.u",
    "1 p", "A" * 30 + "\u0301", "://", "1,", "\t\n", "\x1f ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_is_marked_in_bounded_length(piece: str) -> None:
    """A text made to be slow is cut before it is marked, and gets each mark at most once."""
    written = model_text(piece * MAX_CHARS)
    assert len(written) <= MAX_CHARS + 1 + 2 * len(MARK_NAMES)


def seconds_for(text: str) -> float:
    """The least CPU time of some preparations."""
    taken = []
    for _ in range(5):
        start = time.process_time()
        model_text(text)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_no_faster_than_the_length(piece: str) -> None:
    """Sixteen times the text takes about sixteen times the time: what goes back takes 256 times.

    So the bound, half-way between in factors, is no matter of noise.
    """
    long = (piece * MAX_CHARS)[:MAX_CHARS]
    assert seconds_for(long) < 64 * max(seconds_for(long[: MAX_CHARS // 16]), 1e-5)
