import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.text import MAX_CHARS, normalise
from rules.features import Features
from rules.links import LINK

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
"""Every code point, lone surrogates and NUL included."""

NAMES = ("length", "words", "links", "capitals", "digits", "mixed_scripts", "hidden", "emoji")


def features(raw: str) -> Features:
    """The features of a message as it came."""
    return Features(raw, normalise(raw))


def test_length_and_words_are_of_the_normalised_text() -> None:
    """White space that is collapsed does not count."""
    assert features("  Call   me\nback ").length == len("call me back")
    assert features("  Call   me\nback ").words == 3
    assert (features(" \n").length, features(" \n").words) == (0, 0)


@pytest.mark.parametrize(
    ("raw", "links"),
    [
        ("https://a.example/x?y=z", ["https://a.example/x?y=z"]),
        ("HXXP://a.example now", ["hxxp://a.example"]),
        ("see www.a.example.", ["www.a.example."]),
        ("see shop.com, or a.co.uk", ["shop.com", "a.co.uk"]),
        ("go to bit.ly/3x or t.me/you", ["bit.ly/3x", "t.me/you"]),
        ("parcel-fee.top", ["parcel-fee.top"]),
        ("parcel.delivery/pay", ["parcel.delivery/pay"]),
        ("bit[.]ly/x and a(dot)example", ["bit[.]ly/x", "a(dot)example"]),
        ("ｂｉｔ．ｌｙ/x", ["bit.ly/x"]),
        ("192.0.2.7/login", ["192.0.2.7/login"]),
        ("банк.ru/вход", ["банк.ru/вход"]),
        ("a.example:8080/x", ["a.example:8080/x"]),
        ("joe.info@mail.example", []),
        ("Mail me@home.com or x+y@a.co.uk", []),
        ("e.g. i.e. u.s.a", []),
        ("at 5.30pm, £1.50/msg, 24/7, 3.5/10", []),
        ("ok.see you.so long.home/work", []),
        ("no credit.top up please", []),
        ("version 1.2.3.4", []),
        ("and/or...well", []),
    ],
)
def test_links(raw: str, links: list[str]) -> None:
    """A link has a scheme, "www.", a well-known domain, or another one with a path."""
    assert LINK.findall(normalise(raw)) == links
    assert features(raw).links == len(links)


@pytest.mark.parametrize(
    ("raw", "share"),
    [
        ("", 0),
        ("123", 0),
        ("abc", 0),
        ("ABC!", 1),
        ("Ab", 0.5),
        ("ÀÉab", 0.5),
        ("Привет ЯA", 0.375),
    ],
)
def test_capitals_are_a_share_of_the_cased_letters(raw: str, share: float) -> None:
    """Of the letters that could be capitals, in any script."""
    assert features(raw).capitals == share


@pytest.mark.parametrize(
    ("raw", "share"), [("", 0), ("ab", 0), ("a 1", 0.5), ("１２ é3", 0.75), ("٣", 1), ("½", 2 / 3)]
)
def test_digits_are_a_share_of_what_is_no_space(raw: str, share: float) -> None:
    """Of the normalised text, in which wide digits are digits and fractions are taken apart."""
    assert features(raw).digits == share


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("free", 0),
        ("frее саsh привет", 2),
        ("вас и us", 0),
        ("f\u200bг\u200bee", 1),
        ("Ω-3 and π", 0),
        ("winη", 1),
    ],
)
def test_mixed_scripts_are_words_with_latin_and_look_alikes(raw: str, number: int) -> None:
    """A word wholly in one script is that language's word."""
    assert features(raw).mixed_scripts == number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("plain\r\n\ttext", 0),
        ("fr\u200be\u2060e", 2),
        ("a\x00b\x7f", 2),
        ("\u202eeerf\u202c", 2),
        ("so\u00adft", 1),
        ("❤\ufe0f 👨\u200d👩\u200d👧 1\ufe0f\u20e3", 0),
        ("🎉 \u200b", 1),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 0),
    ],
)
def test_hidden_are_invisible_characters_outside_emoji(raw: str, number: int) -> None:
    """What joins or colours an emoji is part of what is seen."""
    assert features(raw).hidden == number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("none :-) <3 ™ © → ½", 0),
        ("🎉🎉", 2),
        ("🇬🇧🇫🇷", 2),
        ("👍🏽 👨\u200d👩\u200d👧\u200d👦", 2),
        ("1\ufe0f\u20e32\ufe0f\u20e3", 2),
        ("❤ ❤\ufe0f ☎ ✅ ⭐", 5),
        ("🏳\ufe0f\u200d🌈", 1),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 1),
        ("🅵🆁🅴🅴 ⓕ ➀", 0),
    ],
)
def test_emoji_are_counted_as_a_reader_counts(raw: str, number: int) -> None:
    """A flag, a keycap and a family are one; text faces and signs are none."""
    assert features(raw).emoji == number


@given(ANY_TEXT)
def test_defined_for_any_text(raw: str) -> None:
    """Each feature is a number from 0, and a share one up to 1."""
    measured = features(raw)
    assert all(getattr(measured, name) >= 0 for name in NAMES)
    assert measured.capitals <= 1
    assert measured.digits <= 1
    assert measured.words <= measured.length + 1


@given(st.text(st.characters(max_codepoint=127)))
def test_the_fast_paths_for_ascii_agree_with_the_others(raw: str) -> None:
    """An ASCII text has the same features alone and beside a word that is not ASCII, but for it."""
    alone, beside = features(raw), features(f"{raw} §")
    assert alone.hidden == beside.hidden
    assert alone.emoji == beside.emoji == 0
    assert alone.capitals == beside.capitals
    characters = alone.length - normalise(raw).count(" ")
    assert alone.digits * characters == pytest.approx(beside.digits * (characters + 1))


HOSTILE = [
    "a.", "a", "a-", "1.", "www.", "http", "http:", "[.]", "a[", "a.b/", "-a", " a.a", "a@", ",a.b",
    "a" * 63 + ".", "🇬", "👨\u200d", "1\ufe0f", "\u200b", "\u0301", "aе", "Aa",
]  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE)
def test_time_grows_with_the_length(part: str) -> None:
    """The longest text takes about four times what a quarter of it takes, not sixteen times."""
    whole = part * (MAX_CHARS // len(part))
    seconds = []
    for raw in (whole[: len(whole) // 4], whole):
        normal = normalise(raw)
        start = time.process_time()
        measured = Features(raw, normal)
        assert all(getattr(measured, name) >= 0 for name in NAMES)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 12 * seconds[0] + 0.1
