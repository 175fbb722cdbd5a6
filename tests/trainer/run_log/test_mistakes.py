import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from fixtures.corpus import as_it_is
from trainer.learning.evaluation import Judged
from trainer.learning.fitting import fit
from trainer.learning.search_space import Candidate, Features
from trainer.learning.tuning import as_texts
from trainer.run_log.mistakes import Mistakes, find_mistakes, mistake_columns
from trainer.run_log.terms import Vocabulary


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """A pipeline for which `cash` is spam and `lunch` is ham."""
    texts = as_texts(["cash", "cash now", "lunch", "lunch now"])
    tuned = as_it_is(Candidate(Features(word=(1, 1), min_df=1), 100.0))
    return fit(texts, np.array([True, True, False, False]), tuned)


RAW = ("Cash!", "LUNCH", "my cash", "lunch", "now")
TEXTS = as_texts([text.lower() for text in RAW])
SPAM = np.array([True, True, False, False, True])
SCORES = np.array([0.9, 0.05, 0.8, 0.1, 0.3])
CALLED = np.array([True, False, True, False, False])


def test_the_gravest_comes_first(pipeline: Pipeline) -> None:
    """With its raw text, its label and score; both kinds are counted."""
    found = mistakes_of(pipeline)
    assert [(one.text, one.spam, one.score) for one in found.listed] == [
        ("LUNCH", True, 0.05), ("my cash", False, 0.8), ("now", True, 0.3)
    ]  # fmt: skip
    assert (found.missed_spam, found.wronged_ham) == (2, 1)


def test_what_spoke_for_the_mistake(pipeline: Pipeline) -> None:
    """For ham in spam that was missed, for spam in ham that was wronged."""
    missed, wronged, _ = mistakes_of(pipeline).listed
    assert [term.text for term in missed.terms] == ["lunch"]
    assert missed.terms[0].weight < 0
    assert [term.text for term in wronged.terms] == ["cash"]
    assert wronged.terms[0].weight > 0


def test_a_long_list_is_cut_and_still_counted(pipeline: Pipeline) -> None:
    """Only the gravest are listed."""
    found = mistakes_of(pipeline, most=1)
    assert [one.text for one in found.listed] == ["LUNCH"]
    assert (found.missed_spam, found.wronged_ham) == (2, 1)


def test_without_a_mistake_the_list_is_empty(pipeline: Pipeline) -> None:
    """And the table has its heading."""
    found = find_mistakes(RAW, TEXTS, SPAM, Judged(SCORES, SPAM, {}), Vocabulary(pipeline))
    assert found.listed == ()
    assert set(mistake_columns(found)) == {"is", "called", "score", "terms", "text"}


def test_the_table(pipeline: Pipeline) -> None:
    """A row a mistake."""
    assert mistake_columns(mistakes_of(pipeline, most=1)) == {
        "is": ["spam"], "called": ["ham"], "score": [0.05], "terms": ["lunch"], "text": ["LUNCH"]
    }  # fmt: skip


def mistakes_of(pipeline: Pipeline, most: int = 10) -> Mistakes:
    """The mistakes among the five messages."""
    judged = Judged(SCORES, CALLED, {})
    return find_mistakes(RAW, TEXTS, SPAM, judged, Vocabulary(pipeline), most=most)
