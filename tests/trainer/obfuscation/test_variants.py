import random
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.text import normalise
from trainer.obfuscation.variants import DISGUISES, obfuscate
from trainer.obfuscation.words import disguise_words

SPAM = "WINNER!! You have been chosen for a prize. Call 09061234567 or see http://win.example/now"


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_changes_words_and_leaves_what_must_work(name: str) -> None:
    """Some word is other than it was; the number and the link are as they were."""
    disguised = obfuscate(SPAM, name, 0)
    assert disguised != SPAM
    assert "09061234567" in disguised
    assert "http://win.example/now" in disguised


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_is_the_same_in_every_process(name: str) -> None:
    """It depends on text, name and seed, and on no hash that Python draws at its start."""
    code = (
        "import sys; from trainer.obfuscation.variants import obfuscate\n"
        "print(ascii(obfuscate(*sys.argv[1:3], 7)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, SPAM, name], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ascii(obfuscate(SPAM, name, 7))
    assert obfuscate(SPAM, name, 7) != obfuscate(SPAM, name, 8)


def test_about_the_asked_share_of_the_words_is_disguised() -> None:
    """Words of three letters and more; the shorter ones stay."""
    text = "prize of it " * 1000
    changed = disguise_words(text, lambda word, _: word.upper(), 0.3, random.Random(1))  # noqa: S311
    assert 250 < changed.count("PRIZE") < 350
    assert changed.lower() == text


def test_invisible_characters_are_taken_out_again() -> None:
    """The normalisation knows this disguise: nothing is left of it."""
    assert normalise(obfuscate(SPAM, "zero-width", 0)) == normalise(SPAM)


def test_words_are_spaced_out_by_one_sign() -> None:
    """Every letter of a word stands alone, as in `p r i z e`."""
    rng = random.Random(3)  # noqa: S311
    found = {DISGUISES["spacing"]("prize", rng) for _ in range(60)}
    assert found == {sign.join("prize") for sign in " .-_*"}


@given(st.from_regex(re.compile("[a-z]{3,12}"), fullmatch=True), st.integers(0, 99))
def test_a_typo_is_one_mistake_behind_the_first_letter(word: str, seed: int) -> None:
    """Two letters swapped, one twice, or one less: nothing else."""
    mistaken = DISGUISES["typos"](word, random.Random(seed))  # noqa: S311
    assert mistaken[0] == word[0]
    assert len(mistaken) - len(word) in (-1, 0, 1)
    if len(mistaken) == len(word):
        assert sorted(mistaken) == sorted(word)
        assert sum(a != b for a, b in zip(mistaken, word, strict=True)) in (0, 2)
    else:
        short, long = sorted((mistaken, word), key=len)
        assert any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


@given(st.text(max_size=60), st.sampled_from(sorted(DISGUISES)), st.integers(0, 9))
def test_any_text_can_be_disguised(text: str, name: str, seed: int) -> None:
    """Nothing fails, and white space stays what divides the words."""
    disguised = obfuscate(text, name, seed)
    if name != "spacing":
        assert len(disguised.split()) == len(text.split())
