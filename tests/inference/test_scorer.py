import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from inference.errors import Untrusted
from inference.scorer import Scorer, check_golden
from kit.manifest import Golden
from kit.text import normalise
from trainer.dataset.corpus import Corpus

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)


@pytest.fixture(scope="session")
def scorer(pipeline: Pipeline) -> Scorer:
    """A scorer over a real pipeline."""
    return Scorer(pipeline)


def test_scores_are_the_pipelines(scorer: Scorer, pipeline: Pipeline, corpus: Corpus) -> None:
    """Every message of the corpus scores as `predict_proba` says for its normal form."""
    texts = corpus.texts[:500]
    expected = pipeline.predict_proba([normalise(text) for text in texts])
    spam = list(pipeline.classes_).index("spam")
    assert scorer.score(texts) == expected[:, spam].tolist()


def test_raw_texts_are_normalised_here(scorer: Scorer) -> None:
    """A client of the protocol sends raw texts; a disguise makes no difference."""
    plain, disguised = scorer.score(["free prize, call now", "ＦＲＥＥ  pr\u200bizе, call NOW"])
    assert plain == disguised


def test_no_text_no_score(scorer: Scorer) -> None:
    """An empty batch is an empty answer."""
    assert scorer.score([]) == []


@given(st.lists(ANY_TEXT, max_size=5))
def test_any_text_has_a_probability(scorer: Scorer, texts: list[str]) -> None:
    """Every Unicode string, empty and lone surrogates included, has a finite probability."""
    scores = scorer.score(texts)
    assert len(scores) == len(texts)
    assert all(0 <= score <= 1 for score in scores)


@given(ANY_TEXT)
def test_an_explanation_sums_to_the_logit(scorer: Scorer, text: str) -> None:
    """Intercept, listed contributions and the rest make the logit of the score."""
    explanation = scorer.explain(text)
    parts = [explanation.intercept, explanation.rest, *(t.contribution for t in explanation.terms)]
    assert math.isclose(math.fsum(parts), explanation.logit, abs_tol=1e-9)
    (score,) = scorer.score([text])
    assert math.isclose(score, 1 / (1 + math.exp(-explanation.logit)), abs_tol=1e-9)


def test_an_explanation_names_the_terms(scorer: Scorer) -> None:
    """The terms are those of the message, the largest contribution first."""
    terms = scorer.explain("prize").terms
    assert all(term.term.removeprefix("char_wb__").strip() in "prize" for term in terms)
    sizes = [abs(term.contribution) for term in terms]
    assert sizes == sorted(sizes, reverse=True)


def test_golden_messages_must_score_as_at_the_trainer(scorer: Scorer) -> None:
    """A difference above 1e-9, or no number at all, is refused and names the message."""
    (score,) = scorer.score(["hello"])
    check_golden(scorer, [Golden("hello", score), Golden("hello", score + 1e-10)])
    with pytest.raises(Untrusted, match="golden message 1 "):
        check_golden(scorer, [Golden("hello", score), Golden("hello", score + 1e-8)])
    with pytest.raises(Untrusted, match="golden message 0 "):
        check_golden(scorer, [Golden("hello", math.nan)])
