import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from fixtures.corpus import as_it_is
from kit.marks import MARK_NAMES
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.search_space import Candidate, Features
from trainer.learning.tuning import as_texts
from trainer.run_log.terms import Vocabulary

LINK = next(sign for sign, name in MARK_NAMES.items() if name == "link")
BOTH = Candidate(Features(word=(1, 1), char_wb=(2, 2), min_df=1), 100.0)


@pytest.fixture(scope="module")
def fitted() -> Pipeline:
    """A pipeline that knows a word for spam and one for ham, and some that say nothing."""
    texts = as_texts([f"win the cash {LINK}", f"win a cash {LINK}", "see the lunch", "see a lunch"])
    return fit(texts, np.array([True, True, False, False]), as_it_is(BOTH))


def test_the_terms_that_weigh_most(fitted: Pipeline) -> None:
    """Each on its side, in falling order, with its analyzer; spaces are seen, marks have names."""
    top = Vocabulary(fitted).top(4)
    assert len(top.spam) == len(top.ham) == 4
    assert [term.weight for term in top.spam] == sorted((t.weight for t in top.spam), reverse=True)
    assert min(term.weight for term in top.spam) > 0 > max(term.weight for term in top.ham)
    everything = Vocabulary(fitted).top(1_000)
    assert {term.text for term in everything.spam if term.analyzer == "word"} >= {"win", "cash"}
    assert "h␣" in {term.text for term in everything.spam if term.analyzer == "char_wb"}
    assert "⟨link⟩" in {term.text for term in everything.spam if term.analyzer == "mark"}
    assert {term.text for term in everything.ham if term.analyzer == "word"} >= {"see", "lunch"}


def test_contributions_and_intercept_make_the_logit(fitted: Pipeline) -> None:
    """What is told of a message is what the score is made of."""
    texts = as_texts(["win the lunch"])
    vocabulary = Vocabulary(fitted)
    [towards_spam] = vocabulary.contributions(texts, [True], 1_000)
    [towards_ham] = vocabulary.contributions(texts, [False], 1_000)
    assert all(term.weight > 0 for term in towards_spam)
    assert all(term.weight < 0 for term in towards_ham)
    logit = sum(term.weight for term in (*towards_spam, *towards_ham))
    logit += fitted.named_steps["classifier"].intercept_[0]
    assert 1 / (1 + np.exp(-logit)) == pytest.approx(spam_scores(fitted, texts)[0])


def test_only_the_largest_in_the_direction_asked_for(fitted: Pipeline) -> None:
    """A text without known terms has none."""
    texts = as_texts(["win the lunch", "qqq"])
    told = Vocabulary(fitted).contributions(texts, [True, True], 1)
    assert [term.text for term in told[0]] == ["win"]
    assert told[1] == ()
