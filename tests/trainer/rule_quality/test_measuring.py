from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.pack import Rule, State, Verdict
from trainer.dataset.columns import Label
from trainer.dataset.corpus import Corpus
from trainer.rule_quality.measuring import measure_pack, measure_rules
from trainer.rule_quality.report import Overlap, PackReport, RuleReport
from trainer.rule_quality.scanning import Scanned, open_engine, scan


@pytest.fixture
def small(small_pack: Path, small_corpus: Corpus) -> Scanned:
    """The small corpus after the small pack."""
    return scan(open_engine(small_pack), small_corpus.texts, small_corpus.labels)


def rule(rule_id: str, verdict: Verdict, state: State = "enforce") -> Rule:
    """A rule of which only the names matter."""
    return Rule.model_construct(
        id=rule_id,
        verdict=verdict,
        state=state,
        group="test",
        description="Test.",
        spam_examples=(),
        ham_examples=(),
    )


def scanned(rules: list[Rule], messages: list[tuple[Label, set[str]]]) -> Scanned:
    """Messages by label and the ids of what hits them; precedence is ham first, then the id."""
    ordered = sorted(rules, key=lambda one: (one.verdict != "ham", one.id))
    hits = [tuple(one.id for one in ordered if one.id in hit) for _, hit in messages]
    enforced = {one.id for one in rules if one.state == "enforce"}
    return Scanned(
        rules=tuple(rules),
        labels=tuple(label for label, _ in messages),
        hits=tuple(hits),
        deciders=tuple(next((one for one in hit if one in enforced), None) for hit in hits),
    )


def test_each_rule_is_counted(small: Scanned) -> None:
    """Hits, shares, unique and deciding hits, and overlap, counted by hand on ten messages."""
    costs = {"prize": 1.0, "claim": 2.0, "win": 3.0, "mum": 4.0, "never": 5.0}
    reports = {one.id: one for one in measure_rules(small, costs)}
    assert reports["prize"] == RuleReport(
        id="prize", verdict="spam", state="enforce", group="test", description="The word prize.",
        spam_hits=4, ham_hits=0, precision=1.0, hit_rate=4 / 6, wrong_share=0.0,
        unique_hits=1, decided=1, overlap=Overlap("claim", 2, 0.5),
        overlaps=(Overlap("claim", 2, 0.5), Overlap("mum", 1, 0.25), Overlap("win", 1, 0.25)),
        covered_by=(), cost_us=1.0,
    )  # fmt: skip
    assert reports["claim"] == RuleReport(
        id="claim", verdict="spam", state="enforce", group="test", description="The word claim.",
        spam_hits=2, ham_hits=1, precision=2 / 3, hit_rate=2 / 6, wrong_share=1 / 4,
        unique_hits=1, decided=3, overlap=Overlap("prize", 2, 2 / 3),
        overlaps=(Overlap("prize", 2, 2 / 3), Overlap("win", 1, 1 / 3)),
        covered_by=(), cost_us=2.0,
    )  # fmt: skip
    assert list(reports) == ["prize", "claim", "mum", "never", "win"]


def test_a_ham_rule_is_the_mirror_of_a_spam_rule(small: Scanned) -> None:
    """Its precision is its ham's share, its hit rate is of ham, and spam is what it hits wrongly.

    It goes before the spam rule that hits the same message.
    """
    mum = {one.id: one for one in measure_rules(small, {})}["mum"]
    assert (mum.spam_hits, mum.ham_hits, mum.precision) == (1, 1, 0.5)
    assert (mum.hit_rate, mum.wrong_share) == (1 / 4, 1 / 6)
    assert (mum.unique_hits, mum.decided) == (1, 2)


def test_a_shadow_rule_decides_nothing_and_makes_no_hit_less_unique(small: Scanned) -> None:
    """`win` and `prize` share a message, which is no less unique to the enforced one for that."""
    win = {one.id: one for one in measure_rules(small, {})}["win"]
    assert (win.spam_hits, win.unique_hits, win.decided) == (2, 1, 0)
    assert win.overlap == Overlap("claim", 1, 0.5), "the first by id of those that share as many"
    alone = scanned([rule("a", "spam"), rule("b", "spam", "shadow")], [("spam", {"a", "b"})])
    assert measure_rules(alone, {})[0].unique_hits == 1


def test_overlaps_worth_a_look_are_listed() -> None:
    """Those of a tenth of the hits and more, five at most; the largest stands by itself too."""
    rules = [rule(one, "spam") for one in "abcdefg"]
    alone: tuple[Label, set[str]] = ("spam", {"a"})
    many = scanned(rules, [("spam", {*"abcdefg"}), *[alone] * 9])
    a, b = measure_rules(many, {})[:2]
    assert a.overlaps == tuple(Overlap(one, 1, 0.1) for one in "bcdef")
    assert b.overlaps == tuple(Overlap(one, 1, 1.0) for one in "acdef")
    few = measure_rules(scanned(rules, [("spam", {"a", "b"}), *[alone] * 10]), {})[0]
    assert (few.overlap, few.overlaps) == (Overlap("b", 1, 1 / 11), ())


def test_a_rule_without_a_hit_has_no_precision(small: Scanned) -> None:
    """Neither 0 nor 1 would be true; and it is redundant to nothing."""
    never = {one.id: one for one in measure_rules(small, {})}["never"]
    assert (never.hits, never.precision, never.hit_rate) == (0, None, 0.0)
    assert (never.overlap, never.overlaps, never.covered_by) == (None, (), ())
    assert never.cost_us is None


def test_the_pack_is_what_its_enforced_rules_decide(small: Scanned) -> None:
    """Shadow rules count for nothing, and a ham rule keeps a spam rule from a message."""
    assert measure_pack(small, 1.5, 2.5) == PackReport(
        spam_decided_spam=3,
        spam_decided_ham=1,
        ham_decided_spam=1,
        ham_decided_ham=1,
        coverage=3 / 6,
        ham_false_positive_rate=1 / 4,
        cost_us=1.5,
        cost_with_views_us=2.5,
    )


def test_redundant_is_said_with_the_rules_that_make_it_so() -> None:
    """The rule that covers most comes first, and none is named that covers nothing more."""
    rules = [rule(one, "spam") for one in "abcd"]
    found = scanned(rules, [("spam", {"a", "b"}), ("spam", {"a", "b", "c"}), ("spam", {"a", "d"})])
    covers = {one.id: one.covered_by for one in measure_rules(found, {})}
    assert covers["a"] == ("b", "d")
    assert covers["c"] == ("a",)


def test_a_ham_rule_makes_a_spam_rule_redundant_and_not_the_other_way_round() -> None:
    """Where a ham rule hits, no spam rule decides; without it, the spam rule would."""
    found = scanned([rule("h", "ham"), rule("s", "spam")], [("ham", {"h", "s"})])
    covers = {one.id: one.covered_by for one in measure_rules(found, {})}
    assert covers == {"h": (), "s": ("h",)}


IDS = "abcde"


@given(
    st.tuples(*[st.tuples(st.sampled_from(["spam", "ham"]), st.sampled_from(["enforce", "shadow"]))
                for _ in IDS]),
    st.lists(st.tuples(st.sampled_from(["spam", "ham"]), st.sets(st.sampled_from(IDS)))),
)  # fmt: skip
def test_redundant_are_those_rules_without_which_no_verdict_changes(
    kinds: tuple[tuple[Verdict, State], ...], messages: list[tuple[Label, set[str]]]
) -> None:
    """Whatever the rules and hits: an enforced rule with a hit is redundant just then."""
    rules = [rule(one, *kind) for one, kind in zip(IDS, kinds, strict=True)]
    whole = scanned(rules, messages)
    for report in measure_rules(whole, {}):
        if report.state == "enforce" and report.hits:
            others = [one for one in rules if one.id != report.id]
            same = scanned(others, messages).verdicts == whole.verdicts
            assert bool(report.covered_by) == same
    assert sum(one.decided for one in measure_rules(whole, {})) == sum(
        one is not None for one in whole.deciders
    )
