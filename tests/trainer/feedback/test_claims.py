from hypothesis import given
from hypothesis import strategies as st

from fixtures.feedback import row
from store.records import Feedback
from trainer.feedback.claims import Reporter, cast, gather
from trainer.feedback.fate import Fate

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["win a prize", "WIN a  prize", "see you", "", "nul\0", None]),
        st.sampled_from(["spam", "ham"]),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["one", "two", None]),
        st.integers(0, 3),
    ),
    max_size=12,
).map(
    lambda rows: [
        row(n, text, label, reporter=reporter, source=source, minute=minute)  # type: ignore[arg-type]
        for n, (text, label, reporter, source, minute) in enumerate(rows)
    ]
)


def test_what_has_no_text_to_learn_from_is_no_vote() -> None:
    """A decision's id alone, an empty text and one with a NUL are told apart, and not used."""
    votes, fates = cast([row(1, None), row(2, "\u200b"), row(3, "nul\0"), row(4, "fine")])
    assert [vote.id for vote in votes] == [4]
    assert fates == {
        1: Fate.NO_TEXT, 2: Fate.UNTRAINABLE, 3: Fate.UNTRAINABLE
    }  # fmt: skip


def test_the_last_word_of_a_reporter_counts() -> None:
    """The same text again, however it is written: the last label, the last writing, one vote."""
    votes, _ = cast([row(1, "win a prize", "ham"), row(2, "WIN a  prize")])
    (claim,), fates = gather(votes)
    assert claim.label == "spam"
    assert claim.newest.text == "WIN a  prize"
    assert fates == {1: Fate.REPEATED}


def test_reporters_who_disagree_claim_nothing() -> None:
    """Neither label is taken, and what each said is in quarantine."""
    votes, _ = cast([row(1, "a prize"), row(2, "a prize", "ham", reporter="bob"), row(3, "other")])
    claims, fates = gather(votes)
    assert [claim.newest.id for claim in claims] == [3]
    assert fates == {1: Fate.CONTRADICTED, 2: Fate.CONTRADICTED}


def test_a_name_under_another_key_is_another_reporter() -> None:
    """Two keys with an `ann` each are two who agree; the newest comes first."""
    votes, _ = cast([row(1, "a prize", source="one"), row(2, "a prize", source="two")])
    (claim,), _ = gather(votes)
    assert claim.reporters == (Reporter("two", "ann"), Reporter("one", "ann"))


@given(ROWS, st.randoms(use_true_random=False))
def test_every_row_has_one_place_whatever_the_order(rows: list[Feedback], random: object) -> None:
    """A row is in one claim or has one fate; shuffled rows give the same; no claim has two labels.

    And of each reporter there is one vote in a claim, and of each text one claim.
    """
    votes, unusable = cast(rows)
    claims, fates = gather(votes)
    claimed = [vote.id for claim in claims for vote in claim.votes]
    assert sorted([*claimed, *unusable, *fates]) == sorted(one.id for one in rows)
    assert all(len({vote.label for vote in claim.votes}) == 1 for claim in claims)
    assert all(len(set(claim.reporters)) == len(claim.reporters) for claim in claims)
    assert len({claim.newest.seen for claim in claims}) == len(claims)

    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    votes, also_unusable = cast(shuffled)
    assert gather(votes) == (claims, fates)
    assert also_unusable == unusable
