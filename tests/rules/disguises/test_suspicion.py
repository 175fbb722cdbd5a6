"""Facts about the first look at a message: what it does not suspect is not there."""

from hypothesis import example, given
from hypothesis import strategies as st

from kit.text import normalise
from rules.disguises.leet import read_leet
from rules.disguises.spacing import without_emoji, without_noise, without_signs, without_spaces
from rules.disguises.suspicion import suspect

texts = st.text(
    st.sampled_from("abfreex019 '   \u2019?!|@$+(.-*_~\xb7\u2022\u2013\xa3\u20ac\xe9")
).map(normalise)


@given(texts)
@example("f r e")
@example("f - r - e")
@example("f ! r")
@example("f.!.r")
@example("f|r|e")
@example("f - r e")
def test_a_text_that_is_not_suspected_has_no_letters_apart(text: str) -> None:
    """Neither spaces, signs nor emoji would be taken out of it."""
    apart, _, _ = suspect(text)
    steps = (without_emoji, without_signs, without_spaces)
    assert apart or not any(list(step(text)) for step in steps)


@given(texts)
@example("fr33")
@example("a(b")
@example("a!1")
@example("fr*ee")
@example("5*a")
def test_a_text_that_is_not_suspected_has_no_signs_in_words(text: str) -> None:
    """Nothing would be read in it, and nothing removed from its words."""
    _, signs, noise = suspect(text)
    assert signs or read_leet(text) == text
    assert noise or not list(without_noise(text))


def test_ordinary_texts_are_not_suspected() -> None:
    """Initials, numbers, prices and punctuation raise no suspicion."""
    for text in (
        "i am a bit late, c u at 5!",
        "it's \xa33.50 (or so)",
        "call 07700 900123 \u2013 thanks!",
    ):
        assert suspect(text) == (False, False, False)
