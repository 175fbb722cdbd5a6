from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from kit.model_text import model_text
from trainer.learning.pipeline import build, classifier, vectoriser
from trainer.learning.search_space import Candidate, Features

TEXTS = [model_text(text) for text in ("Win win £100", "win NOW at win.com", "see you", "see me")]
BOTH = Features(word=(1, 2), char_wb=(2, 3), min_df=1)


def terms(features: Features) -> set[str]:
    """What a text is looked at for."""
    return set(vectoriser(features).fit(TEXTS).get_feature_names_out())


def test_ngrams_of_words_and_characters_and_marks_stand_side_by_side() -> None:
    """Each with the name of its part."""
    found = terms(BOTH)
    assert {"word__win", "word__win win", "char_wb__ wi", "word__£"} <= found
    assert {name.partition("__")[0] for name in found} == {"word", "char_wb", "mark"}


@pytest.mark.parametrize("analyzer", ["word", "char_wb", "char"])
def test_ngrams_do_not_see_the_marks(analyzer: str) -> None:
    """Of the texts without marks they are the same, but for the space behind a text (`char`)."""
    features = Features(**{analyzer: (1, 3)}, min_df=1, marks=0)  # type: ignore[arg-type]
    bare = [text[: text.rindex(" ") + 1] for text in TEXTS]
    assert bare != TEXTS
    with_marks, without = (
        vectoriser(features).fit(texts).get_feature_names_out() for texts in (TEXTS, bare)
    )
    assert with_marks.tolist() == without.tolist()


def test_a_mark_has_its_weight_and_is_told_once() -> None:
    """Beside n-grams of length 1, each mark of a text counts the weight that was asked for."""
    union = vectoriser(Features(word=(1, 1), marks=0.25)).fit(TEXTS)
    names = union.get_feature_names_out()
    rows = union.transform(TEXTS).toarray()[:, [name.startswith("mark__") for name in names]]
    assert set(np.unique(rows)) == {0.0, 0.25}


def test_a_corpus_without_a_mark_is_none_to_fail_on() -> None:
    """Short texts have no marks, and n-grams all the same; what was never seen weighs nothing."""
    pipeline = build(Candidate(Features(word=(1, 1), min_df=1), 1.0))
    fitted = pipeline.fit(["a b ", "b c "], ["ham", "spam"])
    assert set(fitted[-1].coef_[0, 3:]) == {0.0}


def test_no_marks_if_they_weigh_nothing() -> None:
    """Then the pipeline has no part for them."""
    features = Features(word=(1, 1), min_df=1, marks=0)
    assert all(name.startswith("word__") for name in terms(features))


def test_rare_terms_are_left_out() -> None:
    """`min_df` counts messages."""
    union = vectoriser(Features(word=(1, 1), min_df=3, marks=0)).fit(["a b", "a b", "a", "b b"])
    assert union.get_feature_names_out().tolist() == ["word__a", "word__b"]
    union = vectoriser(Features(word=(1, 1), min_df=3, marks=0)).fit(["a b", "a b", "a", "c c"])
    assert union.get_feature_names_out().tolist() == ["word__a"]


@pytest.mark.parametrize(("sublinear", "ratio"), [(True, 1 + np.log(2)), (False, 2.0)])
def test_repeated_terms_count_as_asked(sublinear: bool, ratio: float) -> None:  # noqa: FBT001  drawn
    """Two of a term weigh 1 + log 2 of one, or twice, in a text of two terms of one rarity."""
    features = Features(word=(1, 1), min_df=1, sublinear_tf=sublinear, marks=0)
    union = vectoriser(features).fit(["a b", "a b"])
    first, second = union.transform(["a a b"]).toarray()[0]
    assert first / second == pytest.approx(ratio, rel=1e-12)


@pytest.mark.parametrize("weight", [None, "balanced"])
def test_the_classifier_is_as_asked(weight: Any) -> None:
    """C and class weight reach it."""
    classifier = build(Candidate(BOTH, 7.0, weight))[-1]
    assert (classifier.C, classifier.class_weight) == (7.0, weight)


def test_blas_has_one_thread_whatever_the_machine_has() -> None:
    """With more, sums come in another order, and the last digits depend on the number of cores."""
    threadpool_limits(limits=2)
    classifier(Candidate(BOTH, 10.0))
    assert {pool["num_threads"] for pool in threadpool_info()} == {1}
