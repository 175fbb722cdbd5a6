"""Facts about digits and symbols that are read as letters."""

from hypothesis import given
from hypothesis import strategies as st

from rules.disguises.leet import LONGEST_KNOWN, MOST_KNOWN, READINGS, Tokens, read_leet, readings

BRACKET = "a(b"


@given(st.text(st.sampled_from("abcxyz0139@$!|+)\u20ac\xa2.-_'  ")))
def test_a_word_is_read_alone_as_in_its_text(text: str) -> None:
    """Only an open bracket makes a text be read as a whole, and nothing else differs then."""
    assert read_leet(f"{text} {BRACKET}") == f"{read_leet(text)} {read_leet(BRACKET)}"


def test_what_is_known_of_words_is_bounded() -> None:
    """However many different words come, and however long, a bounded part of them is kept."""
    tokens = Tokens()
    for number in range(MOST_KNOWN + 10):
        assert tokens[f"w{number}"]
        assert tokens["long" * LONGEST_KNOWN + str(number)]
        assert len(tokens) <= MOST_KNOWN
    assert max(map(len, tokens)) <= LONGEST_KNOWN


@given(st.text(st.sampled_from([*READINGS, "a", " ", "\xe9", "\u4e2d"])))
def test_readings_differ_in_private_characters_only(text: str) -> None:
    """Each reading has for a private character one that it can be read as; no two are alike."""
    ways = readings(text)
    assert len(set(ways)) == len(ways)
    for way in ways:
        pairs = zip(text, way, strict=True)
        assert all(new in READINGS.get(old, old) for old, new in pairs)
    if any(character in READINGS for character in text):
        assert len(ways) > 1
        assert ways[0] == "".join(READINGS.get(character, character)[0] for character in text)
    else:
        assert ways == (text,)
