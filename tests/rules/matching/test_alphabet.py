"""Facts about alphabets: one byte a character, and how many characters can be told apart."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.matching.alphabet import EDGE, LAST_NEWLINE, MAX_CLASSES, Alphabet, AlphabetError
from rules.matching.characters import Category, CharacterSet


def single(code: int) -> CharacterSet:
    """Return the set of one character."""
    return CharacterSet(((code, code),))


@given(st.text())
def test_a_text_is_one_byte_a_character(text: str) -> None:
    """Whatever the text, NUL and lone surrogates too, positions stay; ASCII stays itself."""
    encoded = Alphabet((single(0x20AC),)).encode(text)
    assert (encoded[0], encoded[-1]) == (EDGE, EDGE)
    inside = encoded[1:-1]
    assert len(inside) == len(text)
    assert EDGE not in inside
    ends = text.endswith("\n")
    assert inside.endswith(bytes([LAST_NEWLINE])) is ends
    pairs = list(zip(inside, text, strict=True))[: -1 if ends else None]
    assert all(byte == ord(c) for byte, c in pairs if c.isascii())


@given(st.lists(st.text(), max_size=4))
def test_several_texts_stand_between_edges(texts: list[str]) -> None:
    """Texts that are written together are those that are written alone, an edge apart."""
    alphabet = Alphabet((single(0x20AC),))
    alone = [alphabet.encode(text)[:-1] for text in texts]
    assert alphabet.encode(*texts) == b"".join(alone) + bytes([EDGE])


@given(st.characters(), st.sampled_from("a\u00e9\u4e2d\U0001f600"))
def test_a_character_is_the_same_byte_in_every_text(character: str, other: str) -> None:
    """Whatever stands beside it, and however wide the text is stored."""
    alphabet = Alphabet((single(0xE9), single(0x20AC)))
    assert alphabet.encode(f"{character}x{other}")[1] == alphabet.byte(ord(character))


RANGES = ((0x100, 0x17F), (0x430, 0x44F), (0x4E00, 0x9FFF), (0x1F600, 0x1F64F))


@given(character=st.characters(exclude_categories=[]), negated=st.booleans())
def test_a_set_is_the_bytes_of_its_characters(*, character: str, negated: bool) -> None:
    """The byte of a character is in the mask of exactly the sets that have the character."""
    sets = [
        *(CharacterSet((r,), negated=negated) for r in RANGES),
        CharacterSet((), frozenset({Category.WORD}), negated),
        CharacterSet((RANGES[1],), frozenset({Category.DIGIT, Category.SPACE}), negated),
        single(0x436),
    ]
    alphabet = Alphabet(sets)
    byte = alphabet.encode(character)[1]
    code = ord(character)
    category = Category.of(code)
    for members in sets:
        assert bool(alphabet.mask(members) >> byte & 1) is members.has(code, category)
    assert bool(alphabet.words >> byte & 1) is (category in {Category.WORD, Category.DIGIT})


def test_there_are_bytes_enough_for_any_script_of_letters() -> None:
    """Each letter of Cyrillic by itself, and some symbols, is no trouble."""
    sets = [single(code) for code in (*range(0x430, 0x460), *range(0x20A0, 0x20C0))]
    alphabet = Alphabet(sets)
    assert len({alphabet.mask(members) for members in sets}) == len(sets)
    assert {alphabet.mask(members).bit_count() for members in sets} == {1}


def test_a_range_is_one_class() -> None:
    """A hundred ranges of letters, none of which overlap, are no trouble either."""
    starts = range(0x4E00, 0x4E00 + 2000, 20)
    sets = [CharacterSet(((start, start + 9),)) for start in starts]
    alphabet = Alphabet(sets)
    assert {alphabet.mask(members).bit_count() for members in sets} == {1}


def test_too_many_classes_are_refused() -> None:
    """The error says how many are taken, and what to do."""
    sets = [single(code) for code in range(0x4E00, 0x4E00 + MAX_CLASSES)]
    with pytest.raises(AlphabetError, match=f"more than {MAX_CLASSES} classes.*ranges"):
        Alphabet(sets)


def test_the_bytes_are_the_same_in_every_process() -> None:
    """Else a compiled pack, kept under the digest of its bytes, would not be found again."""
    script = (
        "from rules.matching.alphabet import Alphabet; "
        "from rules.matching.characters import Category, CharacterSet; "
        "kinds = [CharacterSet(categories=frozenset({kind})) for kind in Category]; "
        "alphabet = Alphabet([*kinds, CharacterSet(((0x80, 0x800),))]); "
        r"print(alphabet.encode('\xe9\u0663\xa0\xbf').hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(8)
    }
    assert len(found) == 1
