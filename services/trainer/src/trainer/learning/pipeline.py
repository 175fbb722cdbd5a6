"""The pipelines that are trained: scikit-learn classes only, over what `kit.model_text` gives."""

from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from threadpoolctl import threadpool_limits

from kit.marks import MARK_NAMES, MARK_PATTERN
from trainer.learning.search_space import Candidate, Features, NgramRange

_MARKS = "mark"
_WORDS_AND_PUNCTUATION = r"(?u)\w+|[^\w\s]"


def build(candidate: Candidate) -> Pipeline:
    """Return the candidate's pipeline, not yet fitted; it maps texts to `ham` or `spam`."""
    return Pipeline(
        [("features", vectoriser(candidate.features)), ("classifier", classifier(candidate))]
    )


def vectoriser(features: Features) -> FeatureUnion:
    """Return TF-IDF over the n-grams of each analyzer, and the marks, side by side.

    N-grams are of words or characters between white space. Marks are white space, so that n-grams
    pass them by.
    """
    parts: list[tuple[str, CountVectorizer]] = [
        (analyzer, _tfidf(analyzer, ngrams, features))
        for analyzer, ngrams in features.ngrams().items()
    ]
    if not features.marks:
        return FeatureUnion(parts)
    marks = CountVectorizer(
        lowercase=False,
        token_pattern=MARK_PATTERN,
        binary=True,
        vocabulary=list(MARK_NAMES),  # given, for a corpus of short texts may have none
    )
    return FeatureUnion([*parts, (_MARKS, marks)], transformer_weights={_MARKS: features.marks})


def classifier(candidate: Candidate) -> LogisticRegression:
    """Return the classifier; liblinear's primal solver is exact and the same at every run.

    This process keeps BLAS to one thread from here on: with more, sums come in another order, and
    coefficients differ in their last digits by the number of cores.
    """
    threadpool_limits(limits=1)
    return LogisticRegression(
        C=candidate.c, class_weight=candidate.class_weight, solver="liblinear"
    )


def _tfidf(analyzer: str, ngrams: NgramRange, features: Features) -> TfidfVectorizer:
    return TfidfVectorizer(
        lowercase=False,  # the texts are normalised
        analyzer=analyzer,
        ngram_range=ngrams,
        token_pattern=_WORDS_AND_PUNCTUATION if analyzer == "word" else None,
        min_df=features.min_df,
        sublinear_tf=features.sublinear_tf,
    )
