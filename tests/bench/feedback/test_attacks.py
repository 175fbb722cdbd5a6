import numpy as np
import pytest

from bench.feedback.attacks import AIMS, GUISES, ROWS, Attack
from bench.feedback.channel import Channel
from bench.feedback.measuring import Stage
from kit.model_text import model_text
from trainer.dataset.corpus import Corpus
from trainer.feedback.policy import load_feedback_policy
from trainer.feedback.validation import Ground
from trainer.learning.search_space import Grid, SearchSpace
from trainer.learning.tuning import as_texts
from trainer.rule_quality.scanning import open_engine

SPACE = SearchSpace((Grid(word=((1, 1),), c=(100.0,)),), inner_folds=3, outer_folds=3)


@pytest.fixture(scope="module")
def stage(corpus: Corpus) -> Stage:
    """The demo corpus, the policy and the rules as they are shipped, and a model of words."""
    texts = as_texts([model_text(text) for text in corpus.texts])
    spam = np.array([label == "spam" for label in corpus.labels])
    ground = Ground(texts, spam, SPACE, seed=0, jobs=2)
    channel = Channel.generate(200, 400)
    return Stage(corpus, channel, ground, load_feedback_policy(None), open_engine(None))


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("guise", GUISES)
def test_an_attacker_sends_what_is_said_of_him(corpus: Corpus, guise: str, aim: str) -> None:
    """2,000 rows, each with an id and a text of its own unless several voices say the same."""
    rows = Attack(guise, aim).rows(corpus)
    assert len(rows) == len({row.id for row in rows}) == ROWS
    assert len({row.text for row in rows}) == ROWS // GUISES[guise].voices
    assert rows == Attack(guise, aim).rows(corpus)
    said = {(row.text, row.reporter) for row in rows}
    assert len(said) == ROWS, "a reporter who repeats himself is no second voice"


@pytest.mark.parametrize(
    ("guise", "aim"),
    [
        ("one reporter", "labels turned"),
        ("200 names, one key", "labels turned"),
        ("200 names, no key, in pairs", "labels turned"),
        ("200 names, no key, in pairs", "ham as spam"),
        ("200 names, no key, in pairs", "spam as ham"),
        ("200 names, no key, in pairs", "one ham"),
        ("one reporter", "a campaign"),
    ],
)
def test_2000_mislabelled_messages_cost_less_than_a_hundredth(
    stage: Stage, guise: str, aim: str
) -> None:
    """Spam F1, by nested cross-validation on the corpus, falls by less than 0.01."""
    result, report = stage.guarded(Attack(guise, aim).rows(stage.corpus))
    assert report.read == ROWS
    assert result.f1 > stage.alone.f1 - 0.01


@pytest.mark.parametrize("aim", ["labels turned", "ham as spam", "spam as ham"])
def test_without_guards_the_same_messages_cost_a_tenth(stage: Stage, aim: str) -> None:
    """So the guards, and no weakness of the attack, are why F1 stays."""
    result = stage.unguarded(Attack("one reporter", aim).rows(stage.corpus))
    assert result.f1 < stage.alone.f1 - 0.1


def test_honest_feedback_teaches_a_new_channel(stage: Stage) -> None:
    """A model that knew next to none of the channel's spam finds nearly all that is held out.

    None of its ham is wronged by more than one in twenty, and F1 on the corpus stays.
    """
    assert stage.alone.channel_recall < 0.2
    result, report = stage.guarded(stage.channel.rows())
    assert report.rows_taken > 100
    assert result.channel_recall > 0.8
    assert result.channel_wronged < 0.05
    assert result.f1 > stage.alone.f1 - 0.01


def test_an_attacker_does_not_keep_honest_feedback_out(stage: Stage) -> None:
    """With 200 names without a key who turn labels, the channel is learned all the same."""
    attack = Attack("200 names, no key, in pairs", "labels turned").rows(stage.corpus)
    result, report = stage.guarded(attack + stage.channel.rows(first=10_000))
    assert report.quarantined > 1_000
    assert result.channel_recall > 0.8
    assert result.f1 > stage.alone.f1 - 0.01


def test_nothing_that_is_held_out_was_reported() -> None:
    """No two messages of the channel are the same to a model, and both halves have both labels."""
    channel = Channel.generate(200, 400)
    seen = [model_text(text) for text, _ in [*channel.reported, *channel.held_out]]
    assert len(set(seen)) == 600
    for half in (channel.reported, channel.held_out):
        assert {label for _, label in half} == {"spam", "ham"}
