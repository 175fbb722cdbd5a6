from hypothesis import given
from hypothesis import strategies as st

from rules.engine import Span
from trainer.rule_quality.excerpts import MAX_CHARS, Part, excerpt

spans = st.builds(Span, st.integers(0, 40), st.integers(0, 40))


def test_what_was_found_is_marked() -> None:
    """The text before, between and after stays unmarked."""
    parts = excerpt("win a prize now", [Span(6, 11), Span(0, 3)]).parts
    assert parts == (
        Part("win", marked=True),
        Part(" a ", marked=False),
        Part("prize", marked=True),
        Part(" now", marked=False),
    )


@given(st.text(max_size=40), st.lists(spans))
def test_no_character_is_lost_or_shown_twice(text: str, found: list[Span]) -> None:
    """Whatever the spans: overlapping, empty, turned round, beyond the end."""
    assert "".join(part.text for part in excerpt(text, found).parts) == text
    assert all(part.text for part in excerpt(text, found).parts)


def test_a_long_message_is_cut() -> None:
    """A mark that reaches beyond the cut ends there, and the cut is told."""
    long = excerpt("x" * (MAX_CHARS + 1), [Span(MAX_CHARS - 1, MAX_CHARS + 1)])
    assert long.cut
    assert [len(part.text) for part in long.parts] == [MAX_CHARS - 1, 1]
    assert not excerpt("x" * MAX_CHARS).cut
