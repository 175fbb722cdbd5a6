import math
import random
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from inference.errors import Untrusted
from inference.loading.compiler import compile_pipeline
from inference.model.fallback import PipelineScorer
from inference.model.scorer import CompiledScorer, Scorer, check_golden
from kit.manifest import Golden
from kit.model_text import model_text
from trainer.dataset.corpus import Corpus

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session", params=["compiled", "scikit-learn"])
def scorer(request: pytest.FixtureRequest, pipeline: Pipeline) -> Scorer:
    """Either scorer over a real pipeline."""
    if request.param == "compiled":
        return CompiledScorer(compile_pipeline(pipeline))
    return PipelineScorer(pipeline)


@pytest.fixture(scope="session")
def compiled(pipeline: Pipeline) -> CompiledScorer:
    """The compiled one."""
    return CompiledScorer(compile_pipeline(pipeline))


def random_words(seed: int) -> str:
    """A message of some 80 characters whose words no model knows."""
    chance = random.Random(seed)  # noqa: S311  no secret
    return " ".join("".join(chance.choices(LETTERS, k=6)) for _ in range(12))


def cpu_seconds(scorer: Scorer, batches: list[list[str]]) -> float:
    """The least CPU time of five that scoring these batches takes."""

    def once() -> float:
        before = time.process_time()
        for batch in batches:
            scorer.score(batch)
        return time.process_time() - before

    return min(once() for _ in range(5))


def test_scores_are_the_pipelines(scorer: Scorer, pipeline: Pipeline, corpus: Corpus) -> None:
    """Every message of the corpus scores as `predict_proba` says for what a model sees of it."""
    expected = pipeline.predict_proba([model_text(text) for text in corpus.texts])
    spam = list(pipeline.classes_).index("spam")
    assert scorer.score(corpus.texts) == pytest.approx(expected[:, spam].tolist(), abs=1e-9, rel=0)


def test_a_scorer_says_what_it_is(pipeline: Pipeline) -> None:
    """Metadata can show what computes the scores."""
    assert CompiledScorer(compile_pipeline(pipeline)).kind == "compiled"
    assert PipelineScorer(pipeline).kind == "scikit-learn"


def test_raw_texts_are_prepared_here(scorer: Scorer) -> None:
    """A client of the protocol sends raw texts; a disguise makes no difference, capitals do."""
    plain, disguised, small = scorer.score(
        ["FREE prize, call NOW", "ＦＲＥＥ  pr\u200bizе, call NОW", "free prize, call now"]
    )
    assert plain == disguised
    assert plain > small


def test_no_text_no_score(scorer: Scorer) -> None:
    """An empty batch is an empty answer."""
    assert scorer.score([]) == []


@given(st.lists(ANY_TEXT, max_size=5))
def test_any_text_has_a_probability(scorer: Scorer, texts: list[str]) -> None:
    """Every Unicode string, empty and lone surrogates included, has a finite probability."""
    scores = scorer.score(texts)
    assert len(scores) == len(texts)
    assert all(0 <= score <= 1 for score in scores)


@given(st.lists(ANY_TEXT, max_size=5))
def test_neighbours_make_no_difference(compiled: CompiledScorer, texts: list[str]) -> None:
    """A text scores in a batch, to the last bit, as it does alone."""
    assert compiled.score(texts) == [score for text in texts for score in compiled.score([text])]


@given(ANY_TEXT)
def test_an_explanation_sums_to_the_logit(scorer: Scorer, text: str) -> None:
    """Intercept, listed contributions and the rest make the logit of the score."""
    explanation = scorer.explain(text)
    parts = [explanation.intercept, explanation.rest, *(t.contribution for t in explanation.terms)]
    assert math.fsum(parts) == explanation.logit
    (score,) = scorer.score([text])
    assert math.isclose(score, 1 / (1 + math.exp(-explanation.logit)), abs_tol=1e-9)


def test_an_explanation_names_the_terms(scorer: Scorer) -> None:
    """The terms are those of the message, the largest contribution first."""
    terms = scorer.explain("prize").terms
    assert all(term.term.removeprefix("char_wb__").strip() in "prize" for term in terms)
    sizes = [abs(term.contribution) for term in terms]
    assert sizes == sorted(sizes, reverse=True)


def test_an_explanation_names_the_marks(scorer: Scorer) -> None:
    """What a text is beside its words is told in words, not as the signs that stand for it."""
    terms = {term.term for term in scorer.explain("09061701461").terms}
    assert "mark__number of 10 digits or more" in terms
    assert not any("\n" in term or "\t" in term for term in terms)


def test_both_scorers_explain_alike(compiled: CompiledScorer, pipeline: Pipeline) -> None:
    """The same terms, the same contributions, whichever computes them."""
    text = "free prize, call 09061701461 to claim"
    ours, theirs = compiled.explain(text), PipelineScorer(pipeline).explain(text)
    assert [term.term for term in ours.terms] == [term.term for term in theirs.terms]
    assert ours.logit == pytest.approx(theirs.logit, abs=1e-9)


def test_extreme_logits_are_probabilities(pipeline: Pipeline) -> None:
    """No exponential overflows: far out, the score is 0 or 1."""
    tables = compile_pipeline(pipeline)
    for intercept, expected in ((-1e6, 0.0), (1e6, 1.0)):
        scorer = CompiledScorer(type(tables)(intercept, tables.vectorisers))
        assert scorer.score(["hello"]) == [expected]


def test_threads_share_a_scorer(compiled: CompiledScorer, corpus: Corpus) -> None:
    """Several threads that score at once get what one gets alone."""
    batches = [corpus.texts[start : start + 7] for start in range(0, 1400, 7)]
    with ThreadPoolExecutor(4) as threads:
        scores = list(threads.map(compiled.score, batches))
    assert scores == [compiled.score(batch) for batch in batches]


def test_a_stream_of_unknown_words_is_not_remembered(compiled: CompiledScorer) -> None:
    """After thousands of messages of random words, no more memory is held than before."""
    (before,) = compiled.score(["free prize"])
    tracemalloc.start()
    for seed in range(3000):
        compiled.score([random_words(seed)])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 100_000
    assert compiled.score(["free prize"]) == [before]


def test_unknown_words_cost_what_known_ones_do(compiled: CompiledScorer, corpus: Corpus) -> None:
    """Random words, never twice the same, take no longer than messages that were trained on."""
    known = [text for text in corpus.texts if 70 <= len(text) <= 90][:600]
    unknown = [random_words(seed) for seed in range(len(known))]
    halves = [[texts[at : at + 30] for at in range(0, 600, 30)] for texts in (known, unknown)]
    assert cpu_seconds(compiled, halves[1]) < 2 * cpu_seconds(compiled, halves[0])


def test_time_grows_with_the_length(compiled: CompiledScorer, corpus: Corpus) -> None:
    """A text of 64 KiB takes as long as sixteen of 4 KiB, give or take."""
    long = " ".join(corpus.texts)[:65_536]
    short = [long[at : at + 4096] for at in range(0, 65_536, 4096)]
    assert cpu_seconds(compiled, [[long]]) < 3 * cpu_seconds(compiled, [[t] for t in short])


def test_golden_messages_must_score_as_at_the_trainer(scorer: Scorer) -> None:
    """A difference above 1e-9, or no number at all, is refused and names the message."""
    (score,) = scorer.score(["hello"])
    check_golden(scorer, [Golden("hello", score), Golden("hello", score + 1e-10)])
    with pytest.raises(Untrusted, match="golden message 1 "):
        check_golden(scorer, [Golden("hello", score), Golden("hello", score + 1e-8)])
    with pytest.raises(Untrusted, match="golden message 0 "):
        check_golden(scorer, [Golden("hello", math.nan)])
