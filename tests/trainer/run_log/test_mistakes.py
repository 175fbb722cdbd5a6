import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from trainer.evaluation import fit
from trainer.run_log.mistakes import Judged, find_mistakes, mistake_columns
from trainer.run_log.terms import Vocabulary
from trainer.search_space import Candidate, SearchSpace
from trainer.tuning import Tuned, as_texts


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """A pipeline for which `cash` is spam and `lunch` is ham."""
    texts = as_texts(["cash", "cash now", "lunch", "lunch now"])
    space = SearchSpace({"word": {"word": (1, 1)}}, [100.0], 1, 2, 2)
    tuned = Tuned(Candidate("word", 100.0), 0.5, 1.0)
    return fit(texts, np.array([True, True, False, False]), tuned, space)


@pytest.fixture(scope="module")
def judged() -> Judged:
    """Five messages, three of them called wrongly."""
    raw = ["Cash!", "LUNCH", "my cash", "lunch", "now"]
    return Judged(
        raw=raw,
        texts=as_texts([text.lower() for text in raw]),
        spam=np.array([True, True, False, False, True]),
        scores=np.array([0.9, 0.05, 0.8, 0.1, 0.3]),
        called_spam=np.array([True, False, True, False, False]),
    )


def test_the_gravest_comes_first(judged: Judged, pipeline: Pipeline) -> None:
    """With its raw text, its label and score; both kinds are counted."""
    found = find_mistakes(judged, Vocabulary(pipeline))
    assert [(one.text, one.spam, one.score) for one in found.listed] == [
        ("LUNCH", True, 0.05), ("my cash", False, 0.8), ("now", True, 0.3)
    ]  # fmt: skip
    assert (found.missed_spam, found.wronged_ham) == (2, 1)


def test_what_spoke_for_the_mistake(judged: Judged, pipeline: Pipeline) -> None:
    """For ham in spam that was missed, for spam in ham that was wronged."""
    missed, wronged, _ = find_mistakes(judged, Vocabulary(pipeline)).listed
    assert [term.text for term in missed.terms] == ["lunch"]
    assert missed.terms[0].weight < 0
    assert [term.text for term in wronged.terms] == ["cash"]
    assert wronged.terms[0].weight > 0


def test_a_long_list_is_cut_and_still_counted(judged: Judged, pipeline: Pipeline) -> None:
    """Only the gravest are listed."""
    found = find_mistakes(judged, Vocabulary(pipeline), most=1)
    assert [one.text for one in found.listed] == ["LUNCH"]
    assert (found.missed_spam, found.wronged_ham) == (2, 1)


def test_without_a_mistake_the_list_is_empty(judged: Judged, pipeline: Pipeline) -> None:
    """And the table has its heading."""
    right = Judged(judged.raw, judged.texts, judged.spam, judged.scores, judged.spam)
    found = find_mistakes(right, Vocabulary(pipeline))
    assert found.listed == ()
    assert set(mistake_columns(found)) == {"is", "called", "score", "terms", "text"}


def test_the_table(judged: Judged, pipeline: Pipeline) -> None:
    """A row a mistake."""
    columns = mistake_columns(find_mistakes(judged, Vocabulary(pipeline), most=1))
    assert columns == {
        "is": ["spam"], "called": ["ham"], "score": [0.05], "terms": ["lunch"], "text": ["LUNCH"]
    }  # fmt: skip
