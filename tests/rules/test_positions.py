import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.text import MAX_CHARS, normalise
from rules.positions import Positions

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
"""Every code point, lone surrogates and NUL included."""

TRICKY = st.text(
    "aBé \n\t\u0301\u0316\u200d\xb4\ufb01е\u0397\ufdfa\u1100\u1161\u0958\ud800\x00\u3164"
)
"""Marks, invisible characters, look-alikes, and what normal forms take apart or put together."""


def positions(raw: str) -> Positions:
    """The positions of a message as it came."""
    return Positions(raw, normalise(raw))


@pytest.mark.parametrize(
    ("raw", "hit", "shown"),
    [
        ("  Claim   your\n PRIZE now", "your prize", "your\n PRIZE"),
        ("get fr\u200bee now", "free", "fr\u200bee"),
        ("get ｆｒｅｅ now", "free", "ｆｒｅｅ"),
        ("ｆｒｅｅｄｏｍ", "ee", "ｅｅ"),
        ("a frее b", "free", "frее"),
        ("frеely", "ly", "ly"),
        ("a frее b", "ee", "ее"),
        ("ﬁne ﬁt", "fit", "ﬁt"),
        ("ﬁne", "i", "ﬁ"),
        ("cafe\u0301s", "é", "e\u0301"),
        ("Straße 5", "ss", "ß"),
        ("a \u200b b", "a b", "a \u200b b"),
        ("x\ud800y", "\ufffd", "\ud800"),
        ("go\x00 on", "go on", "go\x00 on"),
        ("각 \u1100\u1161\u11a8", "각 각", "각 \u1100\u1161\u11a8"),
        ("a\xb4b c", "b", "b"),
    ],
)
def test_a_hit_is_shown_as_it_was_written(raw: str, hit: str, shown: str) -> None:
    """The part of the raw text is the smallest that the hit was made from."""
    start = normalise(raw).index(hit)
    first, end = positions(raw).in_raw(start, start + len(hit))
    assert raw[first:end] == shown


@given(st.lists(st.text("abc123.,!?é☎", min_size=1), min_size=1), st.data())
def test_text_in_normal_form_maps_to_itself(words: list[str], data: st.DataObject) -> None:
    """Where normalising changes nothing, a position stays the same."""
    raw = " ".join(words)
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    assert positions(raw).in_raw(start, end) == (start, end)


@given(TRICKY | ANY_TEXT, st.data())
def test_the_tokens_around_the_part_hold_the_hit(raw: str, data: st.DataObject) -> None:
    """A hit is found in the normal form of its raw part, widened to white space."""
    normal = normalise(raw)
    start = data.draw(st.integers(0, len(normal)))
    end = data.draw(st.integers(start, len(normal)))
    first, last = positions(raw).in_raw(start, end)
    assert 0 <= first <= last <= len(raw)
    assert (first < last) is (start < end)
    while first > 0 and not raw[first - 1].isspace():
        first -= 1
    while last < len(raw) and not raw[last].isspace():
        last += 1
    assert normal[start:end].strip() in normalise(raw[first:last])


@given(TRICKY | ANY_TEXT)
def test_parts_are_in_order_and_leave_out_only_white_space(raw: str) -> None:
    """Character by character the parts go from left to right and hold all that can be seen."""
    normal = normalise(raw)
    where = positions(raw)
    parts = [where.in_raw(at, at + 1) for at in range(len(normal))]
    assert parts == sorted(parts)
    covered = {at for first, end in parts for at in range(first, end)}
    left = "".join(character for at, character in enumerate(raw) if at not in covered)
    assert normalise(left) == ""


@given(TRICKY | ANY_TEXT, st.data())
def test_a_part_of_a_part_lies_within_it(raw: str, data: st.DataObject) -> None:
    """What is shown for a longer hit holds what is shown for a shorter one inside."""
    normal = normalise(raw)
    a, b, c, d = sorted(data.draw(st.integers(0, len(normal))) for _ in range(4))
    outer, inner = positions(raw).in_raw(a, d), positions(raw).in_raw(b, c)
    if b < c:
        assert outer[0] <= inner[0] <= inner[1] <= outer[1]


@pytest.mark.parametrize(
    "filler", ["a", "a ", "é", "\ufdfa", "\ufdfa ", "ß", "\u200b", "\u0301", " "]
)
def test_a_text_that_is_cut_has_its_positions_too(filler: str) -> None:
    """The last position of a text beyond the limit lies within the limit."""
    raw = "b " + filler * MAX_CHARS
    end = len(normalise(raw))
    first, last = positions(raw).in_raw(end - 1, end)
    assert 0 <= first < last <= MAX_CHARS


@pytest.mark.parametrize(
    "part", ["é", "a ", "е ", "\u0301", "a\u0301", "\ufdfa", "\u1100", "\u200b"]
)
def test_time_grows_with_the_length(part: str) -> None:
    """The longest text takes about four times what a quarter of it takes, not sixteen times."""
    whole = part * (MAX_CHARS // len(part))
    texts = [(raw, normalise(raw)) for raw in (whole[: len(whole) // 4], whole)]

    def seconds(raw: str, normal: str) -> float:
        start = time.process_time()
        Positions(raw, normal).in_raw(0, len(normal))
        return time.process_time() - start

    # The least of three: a collection of the whole test run's garbage may fall into one.
    quarter, whole_text = (min(seconds(*text) for _ in range(3)) for text in texts)
    assert whole_text < 12 * quarter + 0.2
