"""The pipelines that are trained: scikit-learn classes only, over what `kit.model_text` gives."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from trainer.search_space import Candidate, Features, SearchSpace

_WORDS_AND_MARKS = r"(?u)\w+|[^\w\s]"


def build(candidate: Candidate, space: SearchSpace) -> Pipeline:
    """Return the candidate's pipeline, not yet fitted; it maps texts to `ham` or `spam`."""
    return Pipeline(
        [
            ("features", vectoriser(space.features[candidate.features], space.min_df)),
            ("classifier", classifier(candidate.c)),
        ]
    )


def vectoriser(features: Features, min_df: int) -> FeatureUnion:
    """Return TF-IDF over the n-grams of each analyzer, side by side."""
    return FeatureUnion(
        [
            (
                analyzer,
                TfidfVectorizer(
                    lowercase=False,  # the texts are normalised
                    analyzer=analyzer,
                    ngram_range=ngrams,
                    token_pattern=_WORDS_AND_MARKS if analyzer == "word" else None,
                    min_df=min_df,
                    sublinear_tf=True,
                ),
            )
            for analyzer, ngrams in features.items()
        ]
    )


def classifier(c: float) -> LogisticRegression:
    """Return the classifier; liblinear's primal solver is exact and the same at every run."""
    return LogisticRegression(C=c, solver="liblinear")
