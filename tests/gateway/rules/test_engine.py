"""Facts about the engine: the order of the rules, what decides, and what a hit says."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.engine import Engine, Hit
from gateway.rules.pack import Pack, Rule


def rule(rule_id: str, pattern: str, **fields: Any) -> Rule:
    """Return an enforced spam rule that needs no examples of its own, with `fields` changed."""
    defaults: dict[str, Any] = {
        "verdict": "spam",
        "state": "enforce",
        "group": "test",
        "description": f"about {rule_id}",
        "priority": 0,
        "spam_examples": (),
        "ham_examples": (),
    }
    values = {"id": rule_id, "pattern": re.compile(pattern), **defaults, **fields}
    return Rule.model_construct(**values)


def engine(*rules: Rule) -> Engine:
    """Return an engine over these rules."""
    pack = Pack.model_construct(
        name="test", version="1", description="test", digest="0" * 64, rules=rules
    )
    return Engine(pack)


def decided_by(rules: list[Rule], text: str) -> str | None:
    """Return the id of the rule that decides on `text`."""
    hit = engine(*rules).decide(text)
    return hit.rule_id if hit else None


def test_a_hit_says_what_matched_and_where() -> None:
    """A hit has the rule's id, verdict and description, and the span in the normalised text."""
    hit = engine(rule("prize", "you won .{0,20}claim")).decide("hey! you won a car, claim it")
    assert hit == Hit("prize", "spam", "about prize", 5, 25)


def test_no_rule_matches() -> None:
    """A text that no rule knows is not decided."""
    assert engine(rule("prize", "you won")).decide("see you at six") is None


@pytest.mark.parametrize("state", ["shadow", "off"])
def test_only_enforced_rules_decide(state: str) -> None:
    """A rule in another state does not decide, whatever its priority."""
    rules = [rule("watched", "won", state=state, priority=99), rule("enforced", "you")]
    assert decided_by(rules, "you won") == "enforced"
    assert decided_by(rules[:1], "you won") is None


def test_ham_rules_come_before_spam_rules() -> None:
    """The allow list wins over a spam rule of any priority."""
    rules = [rule("spam", "won", priority=1000), rule("ham", "you", verdict="ham", priority=-5)]
    assert decided_by(rules, "you won") == "ham"


def test_higher_priority_comes_first() -> None:
    """Among rules of one verdict the higher priority decides."""
    rules = [rule("a-low", "won", priority=1), rule("b-high", "won", priority=2)]
    assert decided_by(rules, "you won") == "b-high"


def test_ids_break_ties() -> None:
    """Among rules of one verdict and priority the first id in alphabetical order decides."""
    rules = [rule("rule-b", "won"), rule("rule-a", "won")]
    assert decided_by(rules, "you won") == "rule-a"


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
def test_the_order_in_the_file_does_not_matter(rules: list[Rule], text: str) -> None:
    """The same rules in another order decide alike, and the best by the documented order wins."""
    matching = [r for r in RULES if r.state == "enforce" and r.pattern.search(text)]
    best = min(matching, key=lambda r: (r.verdict == "spam", -r.priority, r.id), default=None)
    assert decided_by(rules, text) == (best.id if best else None)
