"""Facts about the syntax of patterns: what is refused, and why."""

import pytest

from rules.matching.syntax import PatternError, parse


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a(?=b)", "looks ahead or behind"),
        ("(?<!a)b", "looks ahead or behind"),
        (r"(a)\1", "refers back to a group"),
        ("(a)?(?(1)b|c)", "depends on a group"),
        ("(?>a+)b", "has an atomic group"),
        ("a++b", "has a possessive repetition"),
        ("(?m)^a", "has the flag (?m)"),
        (r"(?a)\w", "has the flag (?a)"),
        (r"(?a:\w)b", "has the flag (?a)"),
        ("(unclosed", "does not compile: missing ), unterminated subpattern at position 0"),
        ("[[a]", "has [[ in a set of characters"),
        ("[a--b]", "has -- in a set of characters"),
        (r"x[^\w&&b]", "has && in a set of characters"),
        ("[a||b]", "has || in a set of characters"),
        ("a{3,2}", "does not compile: min repeat greater than max repeat"),
        ("(" * 5000 + "a" + ")" * 5000, "does not compile"),
        ("a*", "matches the empty string"),
        (r"\b", "matches the empty string"),
        ("", "matches the empty string"),
        ("^|free", "matches the empty string"),
        ("(?:(?:a{100}){100}){100}", "is too large: it stands for 1000000 characters"),
        ("(?:a{60000}){60000}", "is too large"),
    ],
)
def test_what_is_refused(source: str, reason: str) -> None:
    """The error says why, in words that go after the name of the field."""
    with pytest.raises(PatternError) as caught:
        parse(source)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    "source",
    [
        r"\[[a]",
        r"[\[[]",
        "[a]--",
        "(a||b)c",
        "[a-]-b",
        "(?i)FREE",
        "(?x) a b # comment",
        "(?s).a",
        "(?P<name>a)",
        "(?i:A)b",
        "a+?",
        r"\u00e9",
    ],
)
def test_what_is_taken(source: str) -> None:
    """Flags that change letters, comments and dots, names and lazy repetitions are fine."""
    assert parse(source).source == source
