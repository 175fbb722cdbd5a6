"""Facts about the engine: which rules hit, which decides, what conditions mean, and where."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine import Engine, precedence
from rules.pack import Pack, Rule
from rules.views import Views


def rule(rule_id: str, condition: object, **fields: Any) -> dict[str, Any]:
    """Return an enforced spam rule, with `fields` changed; a string is a pattern."""
    field = "pattern" if isinstance(condition, str) else "when"
    defaults = {"verdict": "spam", "state": "enforce", "group": "test", "description": rule_id}
    examples = {"spam_examples": ["-"], "ham_examples": ["-"]}
    return {"id": rule_id, field: condition, **defaults, **examples, **fields}


def engine(*rules: dict[str, Any], **fields: Any) -> Engine:
    """Return an engine over these rules; their examples are not tried."""
    head = {"name": "test", "version": "1", "description": "test", "digest": "0" * 64}
    return Engine(Pack.model_validate({**head, "rules": rules, **fields}))


def decided_by(text: str, *rules: dict[str, Any], **fields: Any) -> str | None:
    """Return the id of the rule that decides on `text`."""
    decision = engine(*rules, **fields).scan(Views(text)).decision
    return decision.id if decision else None


def meets(text: str, condition: object, **fields: Any) -> bool:
    """Return whether a text meets a condition."""
    return decided_by(text, rule("only", condition), **fields) is not None


def test_no_rule_hits() -> None:
    """A text that no rule knows is not decided."""
    findings = engine(rule("prize", "you won")).scan(Views("see you at six"))
    assert (findings.decision, findings.hits) == (None, ())


def test_every_hit_is_told() -> None:
    """Enforced and watched rules that hit are told, in the order of precedence; one decides."""
    found = engine(
        rule("low", "won", priority=1),
        rule("watched", "you", state="shadow", priority=9),
        rule("high", "you", priority=2),
        rule("off", "you", state="off"),
        rule("other", "ham"),
    ).scan(Views("You WON"))
    assert [hit.id for hit in found.hits] == ["watched", "high", "low"]
    assert found.decision is found.hits[1]


@pytest.mark.parametrize("state", ["shadow", "off"])
def test_only_enforced_rules_decide(state: str) -> None:
    """A rule in another state does not decide, whatever its priority."""
    watched = rule("watched", "won", state=state, priority=99)
    assert decided_by("you won", watched, rule("enforced", "you")) == "enforced"
    assert decided_by("you won", watched) is None


def test_ham_rules_come_before_spam_rules() -> None:
    """The allow list wins over a spam rule of any priority."""
    spam, ham = rule("spam", "won", priority=99), rule("ham", "you", verdict="ham", priority=-5)
    assert decided_by("you won", spam, ham) == "ham"


def test_priority_comes_before_the_id() -> None:
    """Among rules of one verdict the higher priority decides, then the first id of the alphabet."""
    low, high = rule("a-low", "won", priority=1), rule("b-high", "won", priority=2)
    assert decided_by("you won", low, high) == "b-high"
    assert decided_by("you won", rule("rule-b", "won"), rule("rule-a", "won")) == "rule-a"


RULES = [
    rule(f"{verdict}-{state}-{number}", pattern, verdict=verdict, state=state, priority=priority)
    for number, (verdict, state, pattern, priority) in enumerate(
        (verdict, state, pattern, priority)
        for verdict in ("spam", "ham")
        for state in ("enforce", "shadow")
        for pattern in ("a", "b", "ab")
        for priority in (0, 1)
    )
]


@given(st.permutations(RULES), st.text("abc", max_size=5))
def test_the_order_in_the_file_does_not_matter(rules: list[dict[str, Any]], text: str) -> None:
    """The same rules in another order find and decide alike, as documented."""
    found = engine(*rules).scan(Views(text))
    matching = [Rule.model_validate(r) for r in RULES if re.search(r["pattern"], text)]
    assert [hit.id for hit in found.hits] == [r.id for r in sorted(matching, key=precedence)]
    enforced = [r for r in found.hits if r.state == "enforce"]
    assert found.decision == (enforced[0] if enforced else None)


A, B, C = ({"pattern": letter} for letter in "abc")
LINK, SHORT = {"links": {"min": 1}}, {"length": {"max": 5}}


@pytest.mark.parametrize(
    ("condition", "hit", "missed"),
    [
        ({"all": [A, B]}, ["ab", "b a"], ["a", "b", "c", ""]),
        ({"any": [A, B]}, ["a", "b", "ab"], ["c", ""]),
        ({"not": A}, ["b", "", "c"], ["a", "ab"]),
        ({"all": [A, {"not": B}]}, ["a", "ac"], ["ab", "b", ""]),
        ({"any": [A, {"not": B}]}, ["a", "ab", "", "c"], ["b", "bc"]),
        ({"not": {"any": [A, {"all": [B, C]}]}}, ["", "b", "c"], ["a", "bc", "abc"]),
        ({"all": [{"any": [A, B]}, {"any": [B, C]}]}, ["b", "ac"], ["a", "c", ""]),
        (SHORT, ["", "hello"], ["hello!"]),
        ({"all": [LINK, {"not": SHORT}]}, ["see https://a.example/x"], ["hello", "hello you"]),
        ({"all": [A, LINK]}, ["a www.b.example"], ["b www.b.org", "a"]),
        ({"any": [{"length": {"min": 9}}, A]}, ["a", "123456789"], ["bbb"]),
        ({"capitals": {"min": 0.5}}, ["FREE car"], ["Free car", "1"]),
    ],
)
def test_conditions_mean_what_they_say(
    condition: object, hit: list[str], missed: list[str]
) -> None:
    """`all`, `any`, `not` and features, alone and in each other."""
    assert [text for text in hit if not meets(text, condition)] == []
    assert [text for text in missed if meets(text, condition)] == []


conditions = st.recursive(
    st.sampled_from([A, B, C, SHORT]),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda found: {"all": found}),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: {"any": found}),
        parts.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)


def holds(condition: dict[str, Any], text: str) -> bool:
    """Return whether a condition holds, read off the text without an engine."""
    ((kind, inner),) = condition.items()
    match kind:
        case "pattern":
            return str(inner) in text
        case "length":
            return len(text) <= int(inner["max"])
        case "not":
            return not holds(inner, text)
        case _:
            return {"all": all, "any": any}[kind](holds(part, text) for part in inner)


@given(conditions, st.text("abc", max_size=7))
def test_any_condition_is_logic(condition: dict[str, Any], text: str) -> None:
    """Whatever is skipped for speed, the answer is that of logic; through a signal too."""
    assert meets(text, condition) is holds(condition, text)
    assert meets(text, {"all": ["named"]}, signals={"named": condition}) is holds(condition, text)


@pytest.mark.parametrize(
    ("view", "hit", "missed"),
    [
        ("raw", "FREE", "free"),
        ("normalised", "free", "f.r.e.e"),
        ("squeezed", "f.r.e.e", "f.r"),
    ],
)
def test_a_rule_sees_what_it_asks_for(view: str, hit: str, missed: str) -> None:
    """A pattern is looked for in the form that its rule names, and the pack's if it names none."""
    pattern = "FREE" if view == "raw" else r"\bfree\b"
    for rules, fields in (
        ([rule("own", pattern, on=view)], {}),
        ([rule("packs", pattern)], {"on": view}),
        ([rule("inner", {"pattern": pattern, "on": view}, on="raw")], {}),
    ):
        assert decided_by(hit, *rules, **fields) is not None
        assert decided_by(missed, *rules, **fields) is None


def test_views_do_not_mix() -> None:
    """The same pattern on three forms hits on each of them for itself."""
    rules = [rule(view, "fr.e", on=view) for view in ("raw", "normalised", "squeezed")]
    found = {
        text: {hit.id for hit in engine(*rules).scan(Views(text)).hits}
        for text in ("fr3e", "FR3E", "f.r.e.e", "ham")
    }
    assert found == {
        "fr3e": {"raw", "normalised", "squeezed"},
        "FR3E": {"normalised", "squeezed"},
        "f.r.e.e": {"squeezed"},
        "ham": set(),
    }


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("so you WON\u200b  a  car", ["you WON\u200b  a", "car"]),
        ("\uff59\uff4f\uff55 won a car", ["\uff59\uff4f\uff55 won a", "car"]),
        ("a c4r: you w0n a bike", ["c4r", "you w0n a"]),
        ("c.a.r", ["c.a.r"]),
        ("ham", []),
    ],
)
def test_hits_are_shown_in_the_raw_text(text: str, parts: list[str]) -> None:
    """Each pattern that speaks for a rule has its place in the message as it was written."""
    condition = {"any": [{"pattern": r"\byou won a( car)?\b"}, {"pattern": r"\bcar\b"}]}
    scanned = engine(
        rule("prize", {"all": [condition, {"not": {"pattern": "xyz"}}]}), on="squeezed"
    )
    views = Views(text)
    spans = scanned.locate(views, scanned.pack.rules[0])
    assert [text[span.start : span.end] for span in spans] == parts


def test_a_rule_on_features_has_no_place() -> None:
    """What no pattern found is nowhere; neither is what a `not` did not find."""
    scanned = engine(rule("short", {"all": [SHORT, {"not": B}]}))
    assert scanned.scan(Views("abb")).decision is None
    assert scanned.locate(Views("a"), scanned.pack.rules[0]) == ()


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_scanned(text: str) -> None:
    """No text is an error, lone surrogates and NUL included; places are within the raw text."""
    scanned = engine(
        *(rule(f"{view}-{n}", pattern, on=view)
          for view in ("raw", "normalised", "squeezed")
          for n, pattern in enumerate(["a", r"\w", r"\W.?\w", r".\b", "[\u0430-\u044f]"])),
    )  # fmt: skip
    views = Views(text)
    for hit in scanned.scan(views).hits:
        spans = scanned.locate(views, hit)
        assert spans
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
