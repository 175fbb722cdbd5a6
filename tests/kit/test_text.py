import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.lookalikes import LOOKALIKES
from kit.text import MAX_CHARS, MAX_MARKS, normalise

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
"""Every code point, lone surrogates and NUL included."""


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("", ""),
        ("  Free\t ENTRY \r\n now ", "free entry now"),
        ("Ｆｒｅｅ １００", "free 100"),
        ("ﬁne ﬀ", "fine ff"),
        ("Straße", "strasse"),
        ("f\u200br\u200de\u2060e", "free"),
        ("\u202eeerf\u202c", "eerf"),
        ("a\u00adb\ufeffc", "abc"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("a\x85b\u2028c\xa0d", "a b c d"),
        ("❤\ufe0f", "❤"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_normal_form(raw: str, normal: str) -> None:
    """Case, width, white space and what cannot be seen make no difference."""
    assert normalise(raw) == normal


@pytest.mark.parametrize("disguised", ["frее", "FRЕE", "fгee", "ϜREE".replace("Ϝ", "F"), "ｆrеe"])
def test_lookalikes_in_mixed_words_are_latin(disguised: str) -> None:
    """A Latin word with Cyrillic or Greek letters among its own reads as the Latin word."""
    assert normalise(disguised) == "free"


def test_a_greek_capital_is_read_by_its_own_shape() -> None:
    """Capital eta looks like H and small eta like n, so case is told before it is folded."""
    assert normalise("ΗELLO") == "hello"
    assert normalise("wiη") == "win"


@pytest.mark.parametrize("word", ["вас", "сор", "έχω", "привет", "ΗΤΑ", "мир"])
def test_words_of_one_script_are_left_alone(word: str) -> None:
    """A word wholly in another script is that language's word."""
    assert normalise(word) == word.casefold()


@given(ANY_TEXT)
def test_idempotent_on_any_text(text: str) -> None:
    """Normal form is its own normal form, can be encoded, and has no capitals or double spaces."""
    normal = normalise(text)
    assert normalise(normal) == normal
    assert normal.encode().decode() == normal
    assert unicodedata.is_normalized("NFKC", normal)
    assert "  " not in normal
    assert normal == normal.strip()


@given(st.text(st.sampled_from("aАé\u0301\u0316\u0344\u0345\u093c\U000101fd\u200d"), max_size=90))
def test_idempotent_on_towers_of_marks(text: str) -> None:
    """Runs of marks, cut and composed, are in normal form too."""
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_the_fast_path_for_ascii_agrees_with_the_other(text: str) -> None:
    """An ASCII text has the same normal form alone and beside a character that is not ASCII."""
    assert normalise(f"{text} é") == f"{normalise(text)} é".lstrip()


@given(
    st.text(
        st.characters(max_codepoint=0x17F)
        | st.characters(min_codepoint=0x2010, max_codepoint=0x27BF)
        | st.characters(min_codepoint=0x1F300, max_codepoint=0x1FAFF)
    )
)
def test_the_fast_path_for_common_characters_agrees_with_the_other(text: str) -> None:
    """A text has the same normal form alone and beside a letter that is on no fast path."""
    assert normalise(f"{text} щ") == f"{normalise(text)} щ".lstrip()


def test_no_common_character_is_normalised_otherwise_on_the_fast_path() -> None:
    """Each one alone, and each between letters, has the normal form that it has beside others."""
    for code in [*range(0x2C00), *range(0x1F300, 0x1FB00)]:
        for text in (chr(code), f"a{chr(code)}e"):
            assert normalise(f"{text} щ") == f"{normalise(text)} щ".lstrip()


@pytest.mark.parametrize("filler", ["a", "é", "\u200b", "\ufdfa", "Ꙋ"])
def test_length_is_bounded(filler: str) -> None:
    """However long the text and whatever it expands to, the result has at most `MAX_CHARS`."""
    assert len(normalise(filler * (2 * MAX_CHARS))) <= MAX_CHARS


def seconds_for(text: str) -> float:
    """The CPU time of one normalisation."""
    start = time.process_time()
    normalise(text)
    return time.process_time() - start


@pytest.mark.parametrize("marks", ["\u0300\u0316", "\u0316\u0300", "\u0344", "\u0300\u034f"])
def test_no_run_of_marks_costs_more_than_its_length(marks: str) -> None:
    """Twice the marks take about twice the time: sorted by NFKC they would take four times.

    At the longest text the difference is one of hundreds, so the bound is no matter of noise.
    """
    half = len(marks) // 2 or 1
    grouped = "a" + marks[:half] * (MAX_CHARS // 2) + marks[half:] * (MAX_CHARS // 2)
    assert seconds_for(grouped) < 100 * seconds_for("é" * MAX_CHARS)
    assert seconds_for("a" + marks * (MAX_CHARS // 2)) < 100 * seconds_for("é" * MAX_CHARS)


def test_a_text_made_of_marks_keeps_thirty_of_a_run() -> None:
    """A letter keeps the marks that a language could put on it, and loses a tower of them."""
    assert normalise("q" + "\u0301" * 29) == "q" + "\u0301" * 29
    assert normalise("q" + "\u0301" * 500) == "q" + "\u0301" * MAX_MARKS


def test_every_combining_mark_of_this_unicode_is_known() -> None:
    """None lies beyond the range that is looked through."""
    beyond = [c for c in range(0x1F000, sys.maxunicode + 1) if unicodedata.combining(chr(c))]
    before = [c for c in range(0x300) if unicodedata.combining(chr(c))]
    assert beyond + before == []


def test_every_invisible_code_point_is_removed() -> None:
    """No control or format character survives; white space becomes a space."""
    left = {
        f"U+{code:04X}"
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cf"}
        and normalise(f"a{chr(code)}b") not in {"ab", "a b"}
    }
    assert left == set()


def test_lookalikes_are_other_scripts_letters_for_latin_ones() -> None:
    """Each entry maps one letter that is not Latin to one that is, and keeps the case."""
    for code, latin in LOOKALIKES.items():
        letter = chr(code)
        assert "LATIN" not in unicodedata.name(letter)
        assert "LATIN" in unicodedata.name(latin)
        assert len(latin) == 1
