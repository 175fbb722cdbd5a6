from collections import Counter, defaultdict
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fixtures.feedback import row
from trainer.dataset.columns import Label
from trainer.feedback.caps import weigh, within_rows
from trainer.feedback.claims import Claim, Reporter, cast, gather
from trainer.feedback.fate import Fate
from trainer.feedback.policy import Cap, FeedbackPolicy, Total, load_feedback_policy

CORPUS: Mapping[Label, int] = {"spam": 100, "ham": 700}
BASE = load_feedback_policy(None)


def policy_of(reporter: Cap, source: Cap, total: Total) -> FeedbackPolicy:
    """Return a policy with these caps."""
    return replace(BASE, reporter=reporter, source=source, total=total)


FREE = policy_of(Cap(9999, 1), Cap(9999, 1), Total(9999, 1, 1))
CAPS = st.builds(Cap, st.integers(0, 6), st.floats(0, 1))
POLICIES = st.builds(
    policy_of, CAPS, CAPS, st.builds(Total, st.integers(0, 12), st.floats(0, 0.2), st.floats(0, 1))
)
CLAIMS = st.lists(
    st.tuples(
        st.sampled_from(["spam", "ham"]),
        st.sets(
            st.tuples(st.sampled_from(["one", "two", None]), st.sampled_from(["ann", "bob", "cy"])),
            min_size=1,
        ),
    ),
    max_size=15,
).map(lambda claims: [claim_of(n, label, *who) for n, (label, who) in enumerate(claims)])  # type: ignore[arg-type]


def claim_of(number: int, label: Label, *who: tuple[str | None, str]) -> Claim:
    """Return a claim on a text of its own by these reporters: (key, name)."""
    rows = [
        row(100 * number + n, f"text {number}", label, source=source, reporter=name)
        for n, (source, name) in enumerate(sorted(who, key=str))
    ]
    (claim,), _ = gather(cast(rows)[0])
    return claim


def test_the_newest_rows_of_a_reporter_count() -> None:
    """What is beyond the cap is capped, the oldest first; other reporters are not touched."""
    policy = replace(FREE, reporter=Cap(2, 1))
    claims = [claim_of(n, "spam", ("one", "ann")) for n in range(4)]
    other = claim_of(9, "spam", ("one", "bob"))
    kept, fates = within_rows([*claims, other], policy)
    assert kept == [other, claims[3], claims[2]]
    assert fates == {0: Fate.CAPPED, 100: Fate.CAPPED}


def test_names_under_one_key_share_its_rows() -> None:
    """Forty made-up names move no more than their key may."""
    policy = replace(FREE, source=Cap(3, 1))
    claims = [claim_of(n, "spam", ("one", f"name {n}")) for n in range(40)]
    kept, fates = within_rows([*claims, claim_of(99, "spam", ("two", "ann"))], policy)
    assert Counter(claim.reporters[0].source for claim in kept) == {"one": 3, "two": 1}
    assert len(fates) == 37


def test_a_claim_is_counted_while_any_reporter_of_it_has_a_row_left() -> None:
    """Who has none left is no longer among those who speak for it."""
    policy = replace(FREE, reporter=Cap(1, 1))
    shared = claim_of(1, "spam", ("one", "ann"), ("two", "bob"))
    (_, kept), fates = within_rows([shared, claim_of(2, "spam", ("one", "ann"))], policy)
    assert kept.reporters == (Reporter("two", "bob"),)
    assert fates == {100: Fate.CAPPED}


def test_weights_within_all_caps_are_one() -> None:
    """Nothing is scaled that nobody has too much of."""
    claims = [claim_of(1, "spam", ("one", "ann")), claim_of(2, "ham", ("one", "ann"))]
    assert weigh(claims, CORPUS, FREE).tolist() == [1, 1]
    assert weigh([], CORPUS, FREE).tolist() == []


def test_what_a_reporter_has_too_much_of_is_scaled_down() -> None:
    """Ten rows share the weight that their reporter may have: a tenth of 20 % of 100 spam."""
    policy = replace(FREE, reporter=Cap(99, 0.1), total=Total(99, 0.2, 1))
    claims = [claim_of(n, "spam", ("one", "ann")) for n in range(10)]
    other = claim_of(20, "spam", ("one", "bob"))
    assert weigh([*claims, other], CORPUS, policy) == pytest.approx([0.2] * 10 + [1])


def test_what_a_key_has_too_much_of_is_scaled_down() -> None:
    """So is what forty made-up names have under it: together half of 20 % of 100 spam."""
    policy = replace(FREE, source=Cap(99, 0.5), total=Total(99, 0.2, 1))
    claims = [claim_of(n, "spam", ("one", f"name {n}")) for n in range(40)]
    other = claim_of(99, "spam", ("two", "ann"))
    assert weigh([*claims, other], CORPUS, policy) == pytest.approx([10 / 40] * 40 + [1])


def test_spam_alone_moves_the_share_of_spam_by_no_more_than_it_may() -> None:
    """From 12.5 % to 13.5 %, and ham alone down to 11.5 %."""
    policy = replace(FREE, total=Total(9999, 1, 0.01))
    spam = weigh([claim_of(n, "spam", ("one", "ann")) for n in range(90)], CORPUS, policy).sum()
    assert (100 + spam) / (800 + spam) == pytest.approx(0.135)
    ham = weigh([claim_of(n, "ham", ("one", "ann")) for n in range(90)], CORPUS, policy).sum()
    assert 100 / (800 + ham) == pytest.approx(0.115)


@given(CLAIMS, POLICIES)
def test_caps_hold_whatever_is_claimed(claims: list[Claim], policy: FeedbackPolicy) -> None:
    """Rows and weights of each reporter, each key and all together, and the balance.

    A claim's weight is the sum of its reporters' parts, so what a reporter alone claims is the part
    of him that can be seen.
    """
    kept, fates = within_rows(claims, policy)
    placed = [*fates, *(vote.id for claim in kept for vote in claim.votes)]
    assert sorted(placed) == sorted(vote.id for claim in claims for vote in claim.votes)
    assert len(kept) <= policy.total.max_rows
    rows = Counter(one for claim in kept for one in claim.reporters)
    assert all(count <= policy.reporter.max_rows for count in rows.values())
    keys = Counter(key for claim in kept for key in {one.source for one in claim.reporters})
    assert all(count <= policy.source.max_rows for count in keys.values())

    weights = weigh(kept, CORPUS, policy)
    assert all(0 <= weight <= 1 for weight in weights)
    by_reporter: dict[tuple[object, Label], float] = defaultdict(float)
    by_source: dict[tuple[object, Label], float] = defaultdict(float)
    by_label: dict[Label, float] = defaultdict(float)
    for claim, weight in zip(kept, weights, strict=True):
        by_label[claim.label] += weight
        if len(claim.reporters) == 1:
            by_reporter[claim.reporters[0], claim.label] += weight
        if len({one.source for one in claim.reporters}) == 1:
            by_source[claim.reporters[0].source, claim.label] += weight
    for label in CORPUS:
        budget = policy.total.max_share * CORPUS[label] + 1e-9
        assert by_label[label] <= budget
        for cap, by in ((policy.reporter, by_reporter), (policy.source, by_source)):
            of_label = [weight for (_, its), weight in by.items() if its == label]
            assert all(weight <= cap.max_share * budget + 1e-9 for weight in of_label)
    total = 800 + sum(by_label.values())
    share = (100 + by_label["spam"]) / total
    assert abs(share - 1 / 8) <= policy.total.max_spam_shift + 1e-9
