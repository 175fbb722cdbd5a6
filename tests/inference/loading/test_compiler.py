from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler

from fixtures.corpus import as_it_is
from inference.errors import CannotCompile
from inference.loading.compiler import compile_pipeline
from inference.model.scorer import CompiledScorer
from kit.model_text import model_text
from trainer.dataset.corpus import Corpus
from trainer.learning.candidates import by_shared_features, candidates
from trainer.learning.fitting import fit
from trainer.learning.search_space import Candidate, Features, load_search_space
from trainer.learning.tuning import as_texts

TOLERANCE = 1e-9
TRAINED_ON = 600
LR = LogisticRegression
WORDS_AND_MARKS = r"(?u)\w+|[^\w\s]"
MARKS = r"[^\w\s]"
FIRST_TWO_LETTERS = r"(\w{2})\w*"

VECTORISERS: dict[str, Any] = {
    "word": TfidfVectorizer(),
    "words and marks": TfidfVectorizer(token_pattern=WORDS_AND_MARKS, ngram_range=(1, 3)),
    "word pairs only": TfidfVectorizer(ngram_range=(2, 2), lowercase=False),
    "a group in the pattern": TfidfVectorizer(token_pattern=FIRST_TWO_LETTERS),
    "stop words": TfidfVectorizer(stop_words=["to", "you", "the"], ngram_range=(1, 2)),
    "english stop words": TfidfVectorizer(stop_words="english", strip_accents="ascii"),
    "char": TfidfVectorizer(analyzer="char", ngram_range=(1, 3), strip_accents="unicode"),
    "char_wb": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
    "char_wb from one letter": TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 2)),
    "char_wb of long pieces": TfidfVectorizer(analyzer="char_wb", ngram_range=(5, 6)),
    "char_wb too long for numbers": TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 14)),
    "binary": TfidfVectorizer(binary=True, min_df=2),
    "l1": TfidfVectorizer(norm="l1", sublinear_tf=True),
    "no norm": TfidfVectorizer(norm=None, analyzer="char", ngram_range=(2, 2), sublinear_tf=True),
    "no idf": TfidfVectorizer(use_idf=False),
    "idf not smooth": TfidfVectorizer(smooth_idf=False, max_features=500),
    "counts": CountVectorizer(max_features=300),
    "counts and tf-idf": Pipeline([
        ("counts", CountVectorizer(analyzer="char_wb", ngram_range=(2, 3))),
        ("tfidf", TfidfTransformer(sublinear_tf=True, norm="l1")),
    ]),
    "single precision": FeatureUnion([
        ("tfidf", TfidfVectorizer(dtype=np.float32, analyzer="char", ngram_range=(2, 3))),
        ("counts", CountVectorizer(dtype=np.float32, binary=True)),
        ("double", TfidfVectorizer()),
    ], transformer_weights={"tfidf": 0.3}),
    "union in union": FeatureUnion([
        ("left", TfidfVectorizer(sublinear_tf=True)),
        ("gone", "drop"),
        ("right", FeatureUnion([
            ("char", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3))),
            ("marks", Pipeline([
                ("one", Pipeline([("count", CountVectorizer(token_pattern=MARKS))])),
                ("tfidf", TfidfTransformer()),
            ])),
        ], transformer_weights={"marks": 0.5}, verbose_feature_names_out=False)),
    ], transformer_weights={"left": 2, "right": 0.7}),
}  # fmt: skip

EDGES = [
    "", " ", "a", "A b", "\0", "\ud800", "ʃ", "ﬁ Straße İ", "naïve café e\u0301", "0´¸ 1",
    "😀 free 😀",
    "a a a a " * 3, "free " * 12_000, "!" * 50_000, "the" * 20_000, "x" * 65_536,
]  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=[]), max_size=30) | st.text(
    st.sampled_from("ab e.1"), max_size=30
)


def fitted(vectoriser: Any, corpus: Corpus, classifier: Any) -> Pipeline:
    """A pipeline of these two, fitted on a part of the demo corpus."""
    texts = [model_text(text) for text in corpus.texts[:: len(corpus.texts) // TRAINED_ON]]
    labels = corpus.labels[:: len(corpus.texts) // TRAINED_ON]
    return Pipeline([("features", vectoriser), ("classifier", classifier)]).fit(texts, labels)


def largest_difference(pipeline: Pipeline, scorer: CompiledScorer, texts: list[str]) -> float:
    """Between the scores of `texts` in one batch, and one by one, and scikit-learn's."""
    expected = pipeline.predict_proba([model_text(text) for text in texts])[:, 1]
    single = [score for text in texts for score in scorer.score([text])]
    return float(np.abs(np.array([scorer.score(texts), single]) - expected).max())


@pytest.fixture(scope="session")
def models(corpus: Corpus) -> list[tuple[str, Pipeline, CompiledScorer]]:
    """Every kind of pipeline that is covered, with its compiled form."""
    return [
        (name, pipeline, CompiledScorer(compile_pipeline(pipeline)))
        for name, vectoriser in VECTORISERS.items()
        for pipeline in [fitted(vectoriser, corpus, LR(solver="liblinear", C=100.0))]
    ]


@pytest.mark.parametrize("name", VECTORISERS)
def test_scores_are_scikit_learns(
    name: str, models: list[tuple[str, Pipeline, CompiledScorer]], corpus: Corpus
) -> None:
    """For every kind of pipeline: messages that it was not trained on, and texts at the edges."""
    (pipeline, scorer) = next(model for label, *model in models if label == name)
    assert largest_difference(pipeline, scorer, [*corpus.texts[1:300], *EDGES]) <= TOLERANCE


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_any_unicode_scores_as_by_scikit_learn(
    models: list[tuple[str, Pipeline, CompiledScorer]], texts: list[str]
) -> None:
    """Any string at all, lone surrogates included, with every kind of pipeline."""
    for name, pipeline, scorer in models:
        assert largest_difference(pipeline, scorer, texts) <= TOLERANCE, name


@pytest.mark.parametrize("features", by_shared_features(candidates(load_search_space(None))))
def test_the_trainers_models_score_every_message_as_scikit_learn(
    features: Features, corpus: Corpus
) -> None:
    """The feature sets of the default search space, marks included, on the demo corpus."""
    texts = as_texts([model_text(text) for text in corpus.texts])
    spam = np.array([label == "spam" for label in corpus.labels])
    pipeline = fit(texts, spam, as_it_is(Candidate(features, 100.0)))
    scorer = CompiledScorer(compile_pipeline(pipeline))
    expected = pipeline.predict_proba(texts)[:, 1]
    assert np.abs(np.array(scorer.score(corpus.texts)) - expected).max() <= TOLERANCE


@pytest.mark.parametrize("solver", ["lbfgs", "liblinear", "newton-cg", "saga"])
def test_any_solver_is_covered(solver: str, corpus: Corpus) -> None:
    """Coefficients are coefficients, with an intercept or without."""
    classifier = LR(solver=solver, fit_intercept=solver != "saga", tol=0.1)
    pipeline = fitted(TfidfVectorizer(max_features=200), corpus, classifier)
    scorer = CompiledScorer(compile_pipeline(pipeline))
    assert largest_difference(pipeline, scorer, [*corpus.texts[:100], *EDGES]) <= TOLERANCE


def test_terms_are_named_as_by_scikit_learn(
    models: list[tuple[str, Pipeline, CompiledScorer]],
) -> None:
    """An explanation has `get_feature_names_out`'s names, the prefixes of unions included."""
    for _, pipeline, scorer in models:
        names = set(pipeline[:-1].get_feature_names_out())
        terms = scorer.explain("you have won a prize, call now to claim it").terms
        assert {term.term for term in terms} <= names
        assert terms


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([TfidfVectorizer(preprocessor=str.lower)], "0: preprocessor is a function"),
        ([TfidfVectorizer(), MaxAbsScaler()], "1: a MaxAbsScaler is not covered here"),
        ([TfidfVectorizer(), TfidfTransformer()], "1: a TfidfTransformer is not covered here"),
        ([FeatureUnion([("a", Pipeline([("b", TfidfVectorizer(analyzer=str.split))]))])],
         "0.a.b: analyzer is a function"),
        ([HashingVectorizer()], "0: a HashingVectorizer is not covered"),
    ],
)  # fmt: skip
def test_what_is_not_covered_is_refused_by_name(
    steps: list[Any], reason: str, corpus: Corpus
) -> None:
    """The message says which part cannot be compiled, and why."""
    named = [(str(number), step) for number, step in enumerate(steps)]
    pipeline = Pipeline([*named, ("classifier", LR())])
    pipeline.fit(corpus.texts[:50], corpus.labels[:50])
    with pytest.raises(CannotCompile, match=reason):
        compile_pipeline(pipeline)


def test_only_a_logistic_regression_over_ham_and_spam_in_double_precision_is_covered(
    corpus: Corpus,
) -> None:
    """Another classifier, other classes, a sum in single precision: refused."""
    with pytest.raises(CannotCompile, match="a MultinomialNB, not a LogisticRegression"):
        compile_pipeline(fitted(CountVectorizer(), corpus, MultinomialNB()))
    with pytest.raises(CannotCompile, match="sums in float32"):
        compile_pipeline(fitted(TfidfVectorizer(dtype=np.float32), corpus, LR()))
    pipeline = Pipeline([("a", CountVectorizer()), ("b", LR())]).fit(["aa", "bb"], [0, 1])
    with pytest.raises(CannotCompile, match=r"the classes are \[0, 1\]"):
        compile_pipeline(pipeline)
    pipeline = fitted(CountVectorizer(), corpus, LR())
    pipeline[-1].coef_ = pipeline[-1].coef_[:, :-1]
    with pytest.raises(CannotCompile, match="coefficients do not fit"):
        compile_pipeline(pipeline)
    pipeline[-1].coef_ = np.full((1, 3), np.inf)
    with pytest.raises(CannotCompile, match="not finite"):
        compile_pipeline(pipeline)
