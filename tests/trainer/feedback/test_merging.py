from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from fixtures.corpus import corpus_of
from fixtures.feedback import row
from fixtures.packs import engine_of, word_rule
from kit.model_text import model_text
from rules.engine import Engine
from store.records import Feedback
from trainer.dataset.columns import Label
from trainer.feedback.fate import Fate
from trainer.feedback.merging import Merged, Reported, count_merging, merge
from trainer.feedback.policy import Cap, FeedbackPolicy, Total, load_feedback_policy
from trainer.feedback.validation import Ground
from trainer.learning.search_space import Grid, SearchSpace
from trainer.learning.tuning import as_texts

SPACE = SearchSpace(
    (Grid(word=((1, 1),), min_df=(1,), marks=(0.0,), c=(10.0,)),), inner_folds=2, outer_folds=2
)
BASE = load_feedback_policy(None)
POLICY = replace(
    BASE,
    total=Total(999, 1, 1),
    validation=replace(BASE.validation, factors=[0, 0.5, 1], folds=3),
)
LURES, CALMS = ("prize", "cash", "win", "claim"), ("lunch", "home", "bus", "mum")
UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def messages(words: Sequence[str]) -> list[str]:
    """Return 40 messages, each about one of the words."""
    return [
        f"{word} {one} {two}"
        for word in words
        for one, two in zip(UNITS, UNITS[3:] + UNITS[:3], strict=True)
    ]


CORPUS = corpus_of(messages(LURES), messages(CALMS))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A rule that has no say in any of this."""
    folder: Path = tmp_path_factory.mktemp("pack")
    return engine_of(folder, word_rule("never"))


def merged(rows: Sequence[Feedback], engine: Engine, policy: FeedbackPolicy = POLICY) -> Merged:
    """Merge rows beside the corpus, and check that the work is what was told."""
    texts = as_texts([model_text(text) for text in CORPUS.texts])
    spam = np.array([label == "spam" for label in CORPUS.labels])
    steps = 0

    def advance() -> None:
        nonlocal steps
        steps += 1

    ground = Ground(texts, spam, SPACE, seed=0, jobs=1)
    found = merge(Reported(rows, policy), CORPUS, ground, engine, advance)
    assert steps <= count_merging(SPACE, policy)
    return found


def said(texts: Sequence[str], label: Label, source: str, first: int = 0) -> list[Feedback]:
    """Return what a reporter for each text says under a key."""
    return [
        row(first + n, text, label, reporter=f"{source} {n}", source=source)
        for n, text in enumerate(texts)
    ]


NEW = [f"parcel Held {one} {two}" for one in UNITS[:4] for two in UNITS[4:8]]


def test_what_is_new_is_taken_in_full(engine: Engine) -> None:
    """Spam of a kind that the corpus does not have is fitted on, as a model sees it and raw."""
    found = merged(said(NEW, "spam", "app"), engine)
    assert found.extra is not None
    assert found.report is not None
    assert found.extra.texts.tolist() == [model_text(text) for text in found.texts_raw]
    assert sorted(found.texts_raw) == sorted(NEW)
    assert found.extra.spam.all()
    assert found.report.factor == 1
    assert found.report.rows_taken == len(NEW)
    assert found.report.sources == {"app": len(NEW)}
    assert found.extra.weights.sum() == pytest.approx(found.report.spam_weight)
    assert [trial.factor for trial in found.report.trials] == [0, 0.5, 1]


def test_without_feedback_there_is_nothing_to_try(engine: Engine) -> None:
    """No extra row, no trial, and a report that says so."""
    found = merged([row(1, None)], engine)
    assert found.extra is None
    assert found.texts_raw == []
    assert found.report is not None
    assert (found.report.read, found.report.factor, found.report.trials) == (1, 0, ())


def turned() -> list[Feedback]:
    """Return rows of a key with wrong labels, of texts that are much like the corpus's."""
    pairs = list(zip(UNITS, UNITS[5:] + UNITS[:5], strict=True))
    calm, lure = (
        [f"{w} {one} {two}" for w in words for one, two in pairs] for words in (CALMS, LURES)
    )
    return said(calm, "spam", "evil") + said(lure, "ham", "evil", 100)


# Guards that let the attack through: else there is nothing for validation to refuse.
CREDULOUS = replace(
    POLICY,
    quarantine=replace(POLICY.quarantine, reporters=1),
    reporter=Cap(999, 1),
    source=Cap(999, 1),
)


def test_what_makes_the_model_worse_is_refused(engine: Engine) -> None:
    """Labels turned round get past credulous guards, and validation takes none of them."""
    found = merged(turned(), engine, CREDULOUS)
    assert found.extra is None
    assert found.texts_raw == []
    assert found.report is not None
    assert found.report.factor == 0
    assert found.report.fates[Fate.REJECTED] == len(turned())
    assert found.report.trials[-1].difference < -0.05
    assert found.report.harmful == {}


def test_one_harmful_key_does_not_keep_the_others_out(engine: Engine) -> None:
    """What came with it is left out, what came with the other is taken."""
    rows = turned() + said(NEW, "spam", "app", 500)
    found = merged(rows, engine, CREDULOUS)
    assert found.report is not None
    assert sorted(found.texts_raw) == sorted(NEW)
    assert list(found.report.harmful) == ["evil"]
    assert found.report.harmful["evil"].difference < -0.05
    assert found.report.fates[Fate.HARMFUL] == len(turned())
    assert found.report.sources == {"app": len(NEW)}


def test_a_doubted_label_is_quarantined_by_a_model_of_the_corpus(engine: Engine) -> None:
    """A message full of the corpus's ham words, called spam by one, is not taken; NEW is."""
    calm = "lunch home bus mum lunch home bus mum"
    found = merged([row(900, calm), *said(NEW, "spam", "app")], engine)
    assert found.report is not None
    assert found.report.left_out[Fate.AGAINST_MODEL] == (900,)
    agreed = [row(900, calm), row(901, calm, source="other"), *said(NEW, "spam", "app")]
    report = merged(agreed, engine).report
    assert report is not None
    assert report.fates[Fate.AGAINST_MODEL] == 0


def test_the_same_feedback_gives_the_same_in_any_order(engine: Engine) -> None:
    """Texts, weights and report are equal to the bit."""
    rows = said(NEW, "spam", "app") + turned()[:4]
    one, other = merged(rows, engine), merged(rows[::-1], engine)
    assert one.texts_raw == other.texts_raw
    assert one.report == other.report
    assert one.extra is not None
    assert other.extra is not None
    assert np.array_equal(one.extra.weights, other.extra.weights)
