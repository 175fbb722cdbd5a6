"""Facts about scanners: they find what Python's `re` finds, in any text, and say where."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.errors import Faults
from rules.matching.alphabet import Alphabet
from rules.matching.cache import Cache
from rules.matching.expression import characters
from rules.matching.scanner import Scanner
from rules.matching.syntax import PatternError, parse

LETTERS = "ab1_ .\n\u00e9\u00df\u0436\u0416\u0661\u00b2\u4e2d\u20ac\U0001f600\ud800\x00"


def scanner(*sources: str) -> Scanner:
    """Return a scanner of these patterns."""
    patterns = {number: parse(source) for number, source in enumerate(sources)}
    sets = {s for pattern in patterns.values() for s in characters(pattern.expression)}
    places = {number: f"pattern {number}" for number in patterns}
    return Scanner(patterns, places, {0}, Alphabet(tuple(sets)), Cache(None))


def found(scan: Scanner, *texts: str) -> list[int]:
    """Return the numbers of what the scanner finds in the texts."""
    encoded = scan.encode(*texts)
    return [*scan.first.find(encoded), *scan.rest.find(encoded)]


def finds(source: str, text: str) -> bool:
    """Return whether the scanner finds a pattern in a text."""
    return found(scanner(source), text) == [0]


atoms = st.one_of(
    st.sampled_from("ab1_ \u00e9\u0436\u20ac"),
    st.sampled_from([r"\b", r"\B", "^", "$", r"\A", r"\Z"]),
    st.sampled_from([".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", "(?s:.)"]),
    st.sampled_from(["[ab]", "[^a]", r"[\w.]", r"[^\W\d]", "[\u0430-\u044f]", "(?i:\u0436)"]),
)


def combined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return patterns of patterns."""
    counts = st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,3}", "{2,}", "??", "*?"])
    return st.one_of(
        st.lists(parts, min_size=1, max_size=4).map("".join),
        st.lists(parts, min_size=2, max_size=3).map(lambda options: f"(?:{'|'.join(options)})"),
        st.builds(lambda part, count: f"(?:{part}){count}", parts, counts),
    )


patterns = st.recursive(atoms, combined, max_leaves=12)


@settings(max_examples=1000)
@given(patterns, st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=20))
@example(r"\bfree\b", ["\u00e9free", "free\u00e9", "free", "a free b", "\u0444free"])
@example("\\b\u0436\u0436\\b", ["\u0436\u0436", "\u0436\u0436\u0416", "a \u0436\u0436 b"])
@example(r"a\Z", ["a", "a\n"])
@example(r"a$\B", ["a", "a\n"])
@example(r"b$\b", ["b", "b\n", "b\n\n"])
@example(r"a$\s", ["a", "a\n", "a\n\n"])
@example(r"\n$", ["\n", "\n\n", "a\n"])
@example(r"(?:\ba|b\b){1,3}c?\b", ["ab", "ba", "b a", "aab c"])
def test_a_scanner_finds_what_re_finds(source: str, texts: list[str]) -> None:
    r"""A pattern that is taken hits the texts in which `re.search` finds it, and no others.

    That includes `\b`, `\w`, `\d` and `\s` beyond ASCII, line ends, NUL and lone surrogates.
    """
    try:
        scan = scanner(source)
    except (PatternError, Faults):
        return
    pattern = re.compile(source)
    hits = [pattern.search(text) is not None for text in texts]
    assert [found(scan, text) == [0] for text in texts] == hits
    assert (found(scan, *texts) == [0]) is any(hits)


def test_patterns_keep_their_numbers() -> None:
    """The numbers found are those that the patterns were given, all of them, each once."""
    numbers = found(scanner("free", "prize", r"f\w+", "car"), "a free prize, a free one")
    assert sorted(numbers) == [0, 1, 2]


@pytest.mark.parametrize(
    ("source", "text", "part"),
    [
        ("prize", "a prize.", "prize"),
        (r"\bprize\b", "a prize.", "prize"),
        (r"\bprize\b", "prize", "prize"),
        ("^a", "ab", "a"),
        ("b$", "ab", "b"),
        ("b$", "ab\n", "b"),
        (r"(?:\bone|two\b)", "(one)", "(one"),
        ("won.{0,90}claim", f"won won {'x' * 80} claim it", f"won {'x' * 80} claim"),
        ("\u00e9t\u00e9", "l'\u00e9t\u00e9 \U0001f600", "\u00e9t\u00e9"),
    ],
)
def test_a_place_is_what_matched(source: str, text: str, part: str) -> None:
    """A place is from the last start that will do to the first end, without its surroundings."""
    place = scanner(source).locate(text, 0)
    assert place is not None
    assert text[slice(*place)] == part


@given(patterns, st.text(LETTERS, max_size=60))
def test_a_place_holds_a_match(source: str, text: str) -> None:
    """Where something is found there is a place within the text, else none."""
    try:
        scan = scanner(source)
    except (PatternError, Faults):
        return
    place = scan.locate(text, 0)
    assert (place is not None) is bool(found(scan, text))
    assert place is None or 0 <= place[0] <= place[1] <= len(text)


HOSTILE = {
    "nested": (r"(?:a+)+x", "a" * 65_000),
    "alternatives": (r"(?:a|aa)+x", "a" * 65_000),
    "words": (r"(?:\w+\s?)*x", "ab " * 20_000),
    "classic": (r"(?:(?:[a-z])+.)+[A-Z](?:[a-z])+x", "a" * 65_000),
    "e-mail": (r"(?:[a-z0-9]+[._-]?)+@(?:[a-z0-9]+\.)+zz", "a" * 32_000 + "@" + "a." * 16_000),
    "gaps": (r"a.{0,60}b.{0,60}c.{0,60}d", "abc" * 21_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_hangs_a_scanner(name: str) -> None:
    """Patterns on which `re` backtracks for ages are answered on the longest text."""
    source, text = HOSTILE[name]
    assert not finds(source, text)
    assert finds(source, text + {"gaps": "d", "e-mail": "zz"}.get(name, "x") + "Bcx")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (r"(?:a\b){3,}", "without bound"),
        (r"(?:\ba){1,99}", "up to 99 times"),
        (r"a^b", "can never be found"),
        (r"(?:(?:a?\b|b?\B|c?){1,8}){1,8}x", "too large with its word boundaries"),
        (r"(?:[ab ]?\b[cd ]?|\B.?)" * 20 + "x", "too large with its word boundaries"),
        (r"(?:\b[a1]?|[b ]?\B|c?)" * 40 + "x", "too large with its word boundaries"),
        (r"(?:[a-f]{1,20}[d-z]{1,20}){20}[a-z]{10}", "the automaton refuses it: Pattern is too"),
    ],
)
def test_what_an_automaton_cannot_do_is_refused(source: str, reason: str) -> None:
    """The fault names the pattern's place and the reason, and no other pattern."""
    with pytest.raises(Faults) as caught:
        scanner("fine", source)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith("pattern 1: ")
    assert reason in caught.value.faults[0]


EVERY_CASE = "".join(
    chr(code) for code in range(0x2FFFF) if not chr(code) == chr(code).lower() == chr(code).upper()
)


@pytest.mark.parametrize("source", ["k", "s", "i", "\u00e5", "\u03c9", "[a-z]", "[^a-z]", "\u0436"])
def test_case_is_ignored_as_re_ignores_it(source: str) -> None:
    """Under `(?i)` the same characters match, the Kelvin sign and the long s among them."""
    pattern = f"(?i){source}"
    scan = scanner(pattern)
    expected = re.compile(pattern)
    differing = [
        c for c in EVERY_CASE if (expected.search(c) is not None) is not (found(scan, c) == [0])
    ]
    assert differing == []
