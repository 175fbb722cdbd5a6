from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fixtures.corpus import corpus_of
from fixtures.feedback import row
from fixtures.packs import engine_of, word_rule
from kit.model_text import model_text
from rules.engine import Engine
from store.records import Feedback
from trainer.feedback.fate import Fate
from trainer.feedback.guarding import guard
from trainer.feedback.policy import Cap, load_feedback_policy
from trainer.feedback.report import Weighed, report_on, told
from trainer.measures import Floats

POLICY = load_feedback_policy(None)
CORPUS = corpus_of(
    [f"win prize {'x' * n}" for n in range(1, 40)], [f"see you {n}" for n in range(90)]
)
WORDS = ["win prize x", "see you 1", "calm", "lure", "mum", "other", "another", "", None]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(WORDS),
        st.sampled_from(["spam", "ham"]),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["one", "two", None]),
    ),
    max_size=14,
).map(
    lambda rows: [
        row(n, text, label, reporter=reporter, source=source)  # type: ignore[arg-type]
        for n, (text, label, reporter, source) in enumerate(rows)
    ]
)


def score(texts: Sequence[str]) -> Floats:
    """Return low scores for what is calm, high ones for what lures."""
    known = {model_text("calm"): 0.01, model_text("lure"): 0.99}
    return np.array([known.get(text, 0.5) for text in texts])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A rule that lets `mum` through."""
    folder: Path = tmp_path_factory.mktemp("pack")
    return engine_of(folder, word_rule("mum", verdict="ham"))


def test_every_guard_has_its_say(engine: Engine) -> None:
    """One row for each fate, and the report counts and names them all."""
    rows = [
        row(1, None),
        row(2, ""),
        row(3, "other"), row(4, "other"),
        row(5, "unclear"), row(6, "unclear", "ham", reporter="bob"),
        row(7, "win prize x"), row(8, "see you 1"),
        row(9, "mum"), row(10, "calm"), row(11, "lure", "ham"),
        *(row(n, f"new {n}", reporter="bob") for n in range(20, 22)),
    ]  # fmt: skip
    policy = replace(POLICY, reporter=Cap(1, 1))
    guarded = guard(rows, CORPUS, policy, score, engine)
    report = report_on(Weighed(guarded, 0.5, (), {}), policy.version)
    assert report.read == len(rows) == sum(report.fates.values())
    assert report.fates == {
        Fate.NO_TEXT: 1, Fate.UNTRAINABLE: 1, Fate.REPEATED: 1, Fate.CONTRADICTED: 2,
        Fate.KNOWN: 1, Fate.AGAINST_CORPUS: 1, Fate.AGAINST_RULE: 1, Fate.AGAINST_MODEL: 2,
        Fate.CAPPED: 1, Fate.HARMFUL: 0, Fate.REJECTED: 0, Fate.TAKEN: 2,
    }  # fmt: skip
    assert report.quarantined == 5
    assert [one.ids for one in report.taken] == [(21,), (4,)]
    assert [one.weight for one in report.taken] == [one / 2 for one in guarded.weights]
    assert report.spam_weight == sum(guarded.weights) / 2
    assert report.ham_weight == 0
    assert report.left_out[Fate.CAPPED] == (20,)
    assert report.left_out[Fate.REPEATED] == (3,)


def test_with_factor_0_nothing_is_taken(engine: Engine) -> None:
    """What got through the guards is then rejected, and the report says so."""
    guarded = guard([row(1, "other"), row(2, "mum")], CORPUS, POLICY, score, engine)
    report = report_on(Weighed(guarded, 0, (), {}), 1)
    assert report.rows_taken == 0
    assert report.taken == ()
    assert report.sources == {}
    assert report.left_out[Fate.REJECTED] == (1,)
    assert report.left_out[Fate.AGAINST_RULE] == (2,)


def test_a_report_is_told_in_one_line(engine: Engine) -> None:
    """Every row is in one of its numbers: taken, in quarantine, capped, refused, left out else."""
    rows = [row(1, "other"), row(2, "mum"), row(3, None), row(4, "see you 1", "ham")]
    guarded = guard(rows, CORPUS, POLICY, score, engine)
    assert told(report_on(Weighed(guarded, 0.5, (), {}), 1)) == (
        "1 of 4 rows taken at weight 0.5; 1 in quarantine, 0 capped, 0 refused by validation, "
        "2 left out otherwise"
    )
    assert "0 of 4 rows taken" in told(report_on(Weighed(guarded, 0, (), {}), 1))


@pytest.mark.parametrize(("key", "taken"), [(None, 1), ("one", 0)])
def test_a_key_anywhere_makes_names_without_one_a_single_voice(
    engine: Engine, key: str | None, taken: int
) -> None:
    """Even where the row that has a key is not taken itself."""
    pair = [row(n, "calm", source=None, reporter=f"r{n}") for n in range(2)]
    guarded = guard([*pair, row(9, "see you 1", source=key)], CORPUS, POLICY, score, engine)
    assert len(guarded.claims) == taken


@given(ROWS, st.randoms(use_true_random=False))
def test_no_order_of_rows_changes_anything(
    engine: Engine, rows: list[Feedback], random: object
) -> None:
    """Every row has one fate, the same when rows are shuffled; weights too.

    And nothing of the corpus is in what is fitted on, whatever label it was given.
    """
    guarded = guard(rows, CORPUS, POLICY, score, engine)
    assert set(guarded.fates) == {one.id for one in rows}
    taken = {claim.newest.normalised for claim in guarded.claims}
    assert taken <= {"calm", "lure", "mum", "other", "another"}
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = guard(shuffled, CORPUS, POLICY, score, engine)
    assert again.claims == guarded.claims
    assert again.fates == guarded.fates
    assert np.array_equal(again.weights, guarded.weights)
