import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.text import MAX_CHARS, normalise
from rules.disguises.leet import AS_PRIVATE, FIRST_PRIVATE, LAST_PRIVATE, READINGS
from rules.disguises.squeeze import Squeezed, squeeze
from trainer.dataset.corpus import Corpus

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
"""Every code point, lone surrogates and NUL included."""

TRICKY = st.text("abé1408 .-_*~!@$|+('’?,£€•:/\u2010", max_size=25)
"""Much of what can be taken for a disguise, in little room."""


def squeezed(raw: str) -> Squeezed:
    """The squeezed form of a message as it came."""
    return squeeze(raw, normalise(raw))


def shown(raw: str) -> str:
    """The squeezed form, with private characters as the first letter that they stand for."""
    text = squeezed(raw).text
    return "".join(READINGS[c][1] if c in READINGS else c for c in text)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Hello, are you coming tonight? I'm at home.",
        "t & c",
        "I u 2 c",
        "how r u 2 day",
        "x x x x x",
        "£150p",
        "£1.50/msg",
        "meet @ 5pm, 1st floor, 20mins",
        "e.g. this, i.e. that",
        "0 8 0 8 1 5 7 0 1 2 3",
        "0808 157 0123",
        "win!!!",
        "me@home.example",
        "john_smith@mail.example",
        "https://a.example/free_gift?a=b*c",
        "5:30, 24/7, 9-5",
        "covid-19",
        "5*4, 2~3",
        "a well-known half-hour",
        "*bold* and _so_",
        "word(s), price(incl. tax)",
        "now!call",
        "call*now",
        "in 2024, 50% off",
        "I <3 you :-)",
        "вас, 5 дней",
        "“quoted” – isn’t it…",
    ],
)
def test_ordinary_text_is_the_same_object(raw: str) -> None:
    """What is no disguise comes back as the normalised text itself, so one scan does for both."""
    normal = normalise(raw)
    assert squeeze(raw, normal).text is normal


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("FR33", "free"),
        ("v1@gr@", "viagra"),
        ("$ale of c@sh and pri$e", "sale of cash and prise"),
        ("fr€€ ca$h", "free cash"),
        ("cl!ck pr!ze", "click prize"),
        ("s+op, urgen+", "stop, urgent"),
        ("w|n |tem", "win item"),
        ("poli(y", "policy"),
        ("0nly $4lary +3xt", "only salary text"),
        ("see bit.ly/fr33", "see bit.ly/free"),
    ],
)
def test_leet_letters_can_be_read(raw: str, plain: str) -> None:
    """A digit or symbol in a word becomes the private character that reads as its letter too."""
    assert shown(raw) == plain


def test_a_private_character_says_what_was_written() -> None:
    """Nothing is lost: the first reading is the text as it was."""
    text = squeezed("v1@gra 150pounds").text
    written = "".join(READINGS[c][0] if c in READINGS else c for c in text)
    assert text != written
    assert written == "v1@gra 150pounds"


def test_private_characters_are_few_and_no_text_has_them() -> None:
    """Each is a noncharacter with the written sign first, and there are at most twenty."""
    assert len(READINGS) <= 20
    assert all(FIRST_PRIVATE <= ord(private) <= LAST_PRIVATE for private in READINGS)
    assert {readings[0]: private for private, readings in READINGS.items()} == AS_PRIVATE
    assert all(len(readings) > 1 for readings in READINGS.values())


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("f.r.e.e", "free"),
        ("\u0442.x.t", "txt"),
        ("\u0441 l \u0430 i m", "claim"),
        ("F-R-E-E now", "free now"),
        ("f_r_e_e", "free"),
        ("f*r.e-e", "free"),
        ("f - r - e - e", "free"),
        ("f•r•e•e", "free"),
        ("f\u2010r\u2010e\u2010e", "free"),
        ("f|r|e|e", "free"),
        ("(f r e e) w i n", "(free) win"),
        ("f r e e, b.o.n.u.s!", "free, bonus!"),
        ("w 1 n n e r !", "winner !"),
        ("@.c.c.0.u.n.t", "account"),
        ("f r e e   e n t r y now", "free entry now"),
        ("f r e e \n e n t r y", "free entry"),
        ("f  r  e  e", "free"),
        ("to  day  f r e e", "to day free"),
        ("fr*ee ca~~sh", "free cash"),
        ("call_now", "call now"),
        ("fr_ee win*ner", "free winner"),
        ("🅵🆁🅴🅴", "free"),
    ],
)
def test_letters_that_stand_apart_are_joined(raw: str, plain: str) -> None:
    """Spaces and signs between the letters of a word go; wide gaps part words."""
    assert shown(raw) == plain


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("win 🎉 now", "win now"),
        ("🎉🎉 win now 👍🏽", "win now"),
        ("🇬🇧 call 👨\u200d👩\u200d👧", "call"),
        ("free🎉entry", "free entry"),
        ("now!🎉call", "now! call"),
        ("fr🎉ee", "free"),
        ("f🎉r🎉e🎉e", "free"),
        ("f 🎉 r 🎉 e 🎉 e", "free"),
        ("0\ufe0f\u20e3 8\ufe0f\u20e3", "0 8"),
        ("i ❤\ufe0f u", "i u"),
        ("🎉", ""),
    ],
)
def test_emoji_are_removed(raw: str, plain: str) -> None:
    """An emoji between two words parts them; one inside a word or a spaced-out one does not."""
    assert shown(raw) == plain


@given(ANY_TEXT)
def test_defined_for_any_text(text: str) -> None:
    """Whatever the text, there is a squeezed form, and nobody writes a private character."""
    result = squeezed(text)
    assert "  " not in result.text
    assert len(result.text) <= len(normalise(text))
    foreign = [c for c in result.text if FIRST_PRIVATE <= ord(c) <= LAST_PRIVATE]
    assert set(foreign) <= set(READINGS)
    assert all(READINGS[c][0] in normalise(text) for c in foreign)


def test_private_characters_of_a_text_are_unknown_characters() -> None:
    """A noncharacter that somebody writes reads as nothing."""
    private = "".join(map(chr, range(FIRST_PRIVATE, LAST_PRIVATE + 1)))
    assert squeezed(f"v{private}agra").text == "v" + "\ufffd" * len(private) + "agra"


@given(TRICKY)
def test_the_first_look_misses_nothing(text: str) -> None:
    """An emoji at the end makes every step run and leaves no trace: the result is the same."""
    assert squeezed(text).text == squeezed(f"{text} 🎉").text


@pytest.mark.parametrize(
    "text",
    [
        *("xy1", "1xy", "x*y", "1_x", "wx!yz", "x!1", "x!_1", "1!x", "1_!x"),
        *("w i n", "w . i . n", "g ! f t", "x.!.y", "p|h|d", "w\u2010i\u2010n"),
    ],
)
def test_the_first_look_sees_each_kind_of_disguise(text: str) -> None:
    """Each kind is undone where it is all there is in a text."""
    assert squeezed(text).text != normalise(text)


@given(TRICKY | ANY_TEXT)
def test_every_character_came_from_somewhere(text: str) -> None:
    """Each character has its part of the normalised text, in order, and the ends are the ends'."""
    normal, result = normalise(text), squeezed(text)
    last = 0
    for at, character in enumerate(result.text):
        start, end = result.in_normalised(at, at + 1)
        assert last <= start < end <= len(normal)
        written = READINGS.get(character, character)[0]
        if written.isascii() and written not in " abcdefghijklmnopqrstuvwxyz":
            assert normal[start:end] == written
        last = start


@pytest.mark.parametrize(
    ("raw", "word", "shows"),
    [
        ("get f.r.e.e now", "free", "f.r.e.e"),
        ("get f r e e   c a s h now", "cash", "c a s h"),
        ("get 🎉 fr🎉ee", "free", "fr🎉ee"),
        ("so fr*ee", "free", "fr*ee"),
    ],
)
def test_the_way_back(raw: str, word: str, shows: str) -> None:
    """A word that was joined came from all that it was drawn apart to."""
    normal, result = normalise(raw), squeezed(raw)
    start = result.text.index(word)
    first, end = result.in_normalised(start, start + len(word))
    assert normal[first:end] == shows


def test_little_ham_changes(corpus: Corpus) -> None:
    """Of the demo corpus' ham less than one in twenty has anything that could be a disguise."""
    ham = [t for t, label in zip(corpus.texts, corpus.labels, strict=True) if label == "ham"]
    changed = [text for text in ham if squeezed(text).text != normalise(text)]
    assert len(changed) < len(ham) / 20
    # Nearly all are text speak ("2nite", "gr8"); words are joined in next to none.
    joined = [text for text in changed if len(squeezed(text).text) != len(normalise(text))]
    assert len(joined) <= 3


HOSTILE = [
    "a.", "a ", "a_", "a*", "a1", "a!", "a(", "a@", "(a", "1a", "🎉", "a🎉", "a  ", "a - ", "_",
    "@", "a\u2010", "a|", "$", "a@b.", "0", "\ue000 ", "a \ue000  ", "ab1 ", "www.", "é1",
]  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE)
def test_time_grows_with_the_length(part: str) -> None:
    """The longest text takes about four times what a quarter of it takes, not sixteen times."""
    whole = part * (MAX_CHARS // len(part))
    quarter = normalise(whole[: len(whole) // 4])
    normal = normalise(whole)

    def seconds(raw: str, normal: str) -> float:
        start = time.process_time()
        squeeze(raw, normal)
        return time.process_time() - start

    least = min(seconds(whole[: len(whole) // 4], quarter) for _ in range(3))
    assert min(seconds(whole, normal) for _ in range(3)) < 12 * least + 0.1


def test_readings_are_letters_that_a_pattern_would_name() -> None:
    """Letters that are read are Latin small letters, as patterns on squeezed text are written."""
    assert all(re.fullmatch("[a-z]+", readings[1:]) for readings in READINGS.values())
