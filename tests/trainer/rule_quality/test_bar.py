from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.rule_policy import Costly, EnforceBar, PackBar, load_rule_policy
from trainer.rule_quality.bar import costly_rules, pack_shortfalls, rule_shortfalls
from trainer.rule_quality.report import PackReport, RuleReport

BAR = load_rule_policy(None).enforce


def spam_rule(spam_hits: int, ham_hits: int, ham: int) -> RuleReport:
    """A spam rule with these hits in a corpus with so many ham."""
    hits = spam_hits + ham_hits
    return RuleReport(
        id="prize", verdict="spam", state="enforce", group="test", description="Test.",
        spam_hits=spam_hits, ham_hits=ham_hits, precision=spam_hits / hits if hits else None,
        hit_rate=0.5, wrong_share=ham_hits / ham, unique_hits=0, decided=0, overlap=None,
        overlaps=(), covered_by=(), cost_us=1.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spam_hits", "ham_hits", "ham"),
    [
        (500, 0, 3972),
        (99, 1, 2000),  # both bars to the letter
        (198, 2, 4000),
        (0, 0, 3972),  # nothing is known of it
    ],
)
def test_at_the_bar_is_good_enough(spam_hits: int, ham_hits: int, ham: int) -> None:
    """The bar is the least precision and the largest share that are allowed."""
    assert rule_shortfalls(spam_rule(spam_hits, ham_hits, ham), BAR) == ()


def test_below_the_bar_each_number_is_named() -> None:
    """Precision with its hits, the share of ham with its count, each with the bar."""
    assert rule_shortfalls(spam_rule(97, 3, 4000), BAR) == (
        "precision 0.9700 is below 0.99 (97 spam hits, 3 ham hits)",
        "it hits 0.075% of the ham (3), more than 0.05%",
    )
    assert rule_shortfalls(spam_rule(98, 2, 4000), BAR) == (
        "precision 0.9800 is below 0.99 (98 spam hits, 2 ham hits)",
    )
    assert rule_shortfalls(spam_rule(1000, 3, 4000), BAR) == (
        "it hits 0.075% of the ham (3), more than 0.05%",
    )


@pytest.mark.parametrize(
    ("spam_hits", "ham_hits", "shortfalls"),
    [
        (0, 0, ("too few hits: 0, less than 10",)),
        (9, 0, ("too few hits: 9, less than 10",)),
        (10, 0, ()),
        (9, 1, ()),  # a wrong hit tells of the rule as well as a right one
    ],
)
def test_a_rule_can_be_asked_for_hits(
    spam_hits: int, ham_hits: int, shortfalls: tuple[str, ...]
) -> None:
    """With fewer it may not decide, however precise; just as many will do."""
    bar = EnforceBar(10, 0.9, 1.0, 1.0)
    assert rule_shortfalls(spam_rule(spam_hits, ham_hits, 4000), bar) == shortfalls


def test_among_fewer_than_2000_ham_one_hit_is_too_many() -> None:
    """One in 1,999 is more than one in 2,000, however precise the rule."""
    assert rule_shortfalls(spam_rule(1000, 1, 1999), BAR) == (
        "it hits 0.05% of the ham (1), more than 0.05%",
    )
    assert rule_shortfalls(spam_rule(1000, 1, 2000), BAR) == ()


@given(st.data())
def test_one_in_2000_is_counted_without_rounding(data: st.DataObject) -> None:
    """For every corpus it is just what whole numbers say: hits times 2,000 within the ham."""
    ham = data.draw(st.integers(1, 10**9))
    hits = data.draw(st.one_of(st.integers(0, ham), st.integers(0, min(ham, ham // 2000 + 1))))
    good = not rule_shortfalls(spam_rule(10**12, hits, ham), BAR)
    assert good == (hits * 2000 <= ham)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_precision_is_compared_without_rounding(spam_hits: int, ham_hits: int) -> None:
    """At 0.99, a hundredth of the hits may be ham, and not one more."""
    lenient = EnforceBar(0, 0.99, 1.0, 1.0)
    good = not rule_shortfalls(spam_rule(spam_hits, ham_hits, 10**7), lenient)
    assert good == (ham_hits * 100 <= spam_hits + ham_hits)


def test_a_ham_rule_is_held_against_the_spam_it_hits() -> None:
    """Its bar is the mirror, with a share of its own."""
    rule = replace(spam_rule(1, 99, 100), verdict="ham", precision=0.99, wrong_share=1 / 561)
    assert rule_shortfalls(rule, BAR) == ("it hits 0.178% of the spam (1), more than 0.05%",)
    assert rule_shortfalls(rule, EnforceBar(0, 0.99, 0.0, 0.01)) == ()


def totals(coverage: float, share: float) -> PackReport:
    """A pack with these shares."""
    return PackReport(50, 0, 2, 0, coverage, share, 1.0, 2.0)


def test_the_pack_has_a_bar_of_its_own() -> None:
    """Both of its numbers, each only where the policy has a bar for it."""
    reached = totals(0.5, 0.0005)
    assert pack_shortfalls(reached, PackBar(0.5, 0.0005)) == ()
    assert pack_shortfalls(totals(0.1, 0.5), PackBar(None, None)) == ()
    assert pack_shortfalls(totals(0.49, 0.001), PackBar(0.5, 0.0005)) == (
        "it decides 49% of the spam as spam (50), less than 50%",
        "it decides 0.1% of the ham as spam (2), more than 0.05%",
    )


def test_costly_is_beside_the_median() -> None:
    """The dearest comes first; what is just at the limit is not costly, nor what was not timed."""
    costs = {"a": 1.0, "b": 1.0, "c": 5.0, "d": 5.1, "e": 9.0, "f": 1.0, "g": 1.0}
    rules = [replace(spam_rule(1, 0, 9), id=one, cost_us=cost) for one, cost in costs.items()]
    untimed = replace(spam_rule(1, 0, 9), id="h", cost_us=None)
    assert costly_rules([*rules, untimed], Costly(5)) == ("e", "d")
    assert costly_rules([untimed], Costly(5)) == ()
