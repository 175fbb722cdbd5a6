import numpy as np
import pytest

from fixtures.corpus import as_it_is, space_of
from kit.model_text import model_text
from trainer.dataset.corpus import Corpus
from trainer.errors import TooLittleData
from trainer.learning.evaluation import count_steps, evaluate, judge
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.search_space import Grid, SearchSpace, load_search_space
from trainer.learning.tuning import Extra, as_texts, folds
from trainer.measures import Confusion


@pytest.fixture(scope="module")
def messages(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """The demo corpus as the trainer sees it."""
    texts = as_texts([model_text(text) for text in corpus.texts])
    return texts, np.array([label == "spam" for label in corpus.labels])


def test_the_demo_corpus_is_judged_above_the_bar(
    messages: tuple[np.ndarray, np.ndarray], small_space: SearchSpace
) -> None:
    """Spam F1 is above 0.95 by nested cross-validation, with a standard error below 0.007."""
    texts, spam = messages
    steps = 0

    def advance() -> None:
        nonlocal steps
        steps += 1

    evaluated = evaluate(texts, spam, small_space, seed=0, jobs=2, advance=advance)
    counts = Confusion.of(spam, evaluated.called_spam)
    assert counts.f1 > 0.95
    assert counts.f1_standard_error(0) < 0.007
    assert len(evaluated.scores) == len(texts) == 4533
    assert counts.true_spam + counts.false_ham == 561
    assert steps == count_steps(small_space)


def test_labels_without_meaning_are_judged_worthless(
    messages: tuple[np.ndarray, np.ndarray], small_space: SearchSpace
) -> None:
    """With shuffled labels nothing can be learned, and the evaluation says so.

    A model fitted on what it is judged by would show here as an F1 above chance: the share of spam
    is 0.124, and calling everything spam has an F1 of 0.22.
    """
    texts, spam = messages
    shuffled = np.random.default_rng(0).permutation(spam)
    evaluated = evaluate(texts, shuffled, small_space, seed=0, jobs=2, advance=lambda: None)
    assert Confusion.of(shuffled, evaluated.called_spam).f1 < 0.25


def test_no_message_is_judged_by_a_model_that_saw_it(small_space: SearchSpace) -> None:
    """Messages whose labels only their own text could tell are not told.

    Every text is a word of its own, so a model that saw it knows it, and one that did not cannot.
    """
    texts = as_texts([f"{n:04d}" * 3 for n in range(200)])
    spam = np.random.default_rng(1).permutation(np.arange(200) < 60)
    space = space_of(words(1000.0))
    evaluated = evaluate(texts, spam, space, seed=0, jobs=1, advance=lambda: None)
    assert Confusion.of(spam, evaluated.called_spam).f1 < 0.55
    # Without the calibration, which rightly made nothing of what the folds could not tell.
    known = fit(texts, spam, as_it_is(evaluated.ranking[0].candidate))
    scores = spam_scores(known, texts)
    assert scores[spam].min() > scores[~spam].max()


def words(*c: float) -> Grid:
    """Single words, every one of them, with these values of C."""
    return Grid(word=((1, 1),), c=c, min_df=(1,), marks=(0,))


def noisy_corpus() -> tuple[np.ndarray, np.ndarray]:
    """Messages whose words tell only roughly what they are, so that every choice matters."""
    rng = np.random.default_rng(5)
    spam = np.arange(120) < 48
    lure = np.array(["win", "prize", "free", "cash"])
    calm = np.array(["see", "you", "at", "six", "home"])
    texts = [
        " ".join([*rng.choice(lure, 3 if is_spam else 2), *rng.choice(calm, 2 if is_spam else 3)])
        for is_spam in spam
    ]
    return as_texts(texts), spam


@pytest.mark.parametrize("fold", range(3))
def test_a_fold_is_labelled_the_same_whatever_its_labels_say(fold: int) -> None:
    """Turning all labels of a fold round changes nothing in how that fold is labelled.

    So neither candidate nor threshold nor fit has seen them. Choosing the candidate or threshold
    by all messages, or the threshold by the fold itself, fails here.
    """
    texts, spam = noisy_corpus()
    letters = Grid(char_wb=((2, 3),), c=(0.01, 1.0, 100.0), min_df=(1,), marks=(0,))
    space = space_of(words(0.01, 1.0, 100.0), letters, most_ham=1)
    outer = folds(spam, 3, seed=0)
    test = outer[fold][1]
    turned = spam.copy()
    turned[test] ^= True
    labelled, labelled_turned = (
        judge(texts, labels, outer, space, seed=0, jobs=1, advance=lambda: None)[0].called_spam
        for labels in (spam, turned)
    )
    assert np.array_equal(labelled[test], labelled_turned[test])
    others = np.setdiff1d(np.arange(len(spam)), test)
    assert not np.array_equal(labelled[others], labelled_turned[others]), "labels have no say"


def test_what_comes_with_hamgate_passes_on_the_demo_corpus(
    messages: tuple[np.ndarray, np.ndarray],
) -> None:
    """The packaged search space, which `make run` trains with, is judged above the bar."""
    texts, spam = messages
    space = load_search_space(None)
    evaluated = evaluate(texts, spam, space, seed=0, jobs=None, advance=lambda: None)
    counts = Confusion.of(spam, evaluated.called_spam)
    assert counts.f1 > 0.95
    assert counts.f1_standard_error(0) < 0.007


def test_the_fitted_pipeline_knows_its_classes_by_name(
    messages: tuple[np.ndarray, np.ndarray], small_space: SearchSpace
) -> None:
    """Classes are `ham` and `spam`, never numbers that a reader could take the wrong way round."""
    texts, spam = messages
    evaluated_on = np.r_[np.flatnonzero(spam)[:50], np.flatnonzero(~spam)[:50]]
    some, labels = texts[evaluated_on], spam[evaluated_on]
    best = evaluate(some, labels, small_space, seed=0, jobs=1, advance=lambda: None).ranking[0]
    pipeline = fit(some, labels, best)
    assert pipeline.classes_.tolist() == ["ham", "spam"]
    scores = spam_scores(pipeline, some)
    assert scores[labels].mean() > scores[~labels].mean()


def small_corpus(spam_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Some spam, and plenty of ham."""
    texts = as_texts([f"win a prize {n}" for n in range(spam_count)] + ["see you at six"] * 30)
    return texts, np.arange(len(texts)) < spam_count


def test_a_corpus_too_small_for_the_folds_is_refused(small_space: SearchSpace) -> None:
    """Three times three folds need five messages of each label, and the error says so."""
    texts, spam = small_corpus(4)
    with pytest.raises(TooLittleData, match=r"4 spam messages.* at least 5"):
        evaluate(texts, spam, small_space, seed=0, jobs=1, advance=lambda: None)


def test_a_corpus_just_large_enough_is_judged(small_space: SearchSpace) -> None:
    """With five of each every fold has a message of either label."""
    texts, spam = small_corpus(5)
    evaluated = evaluate(texts, spam, small_space, seed=0, jobs=1, advance=lambda: None)
    assert evaluated.scores.shape == (35,)


def test_a_corpus_without_a_shared_term_is_refused() -> None:
    """When no term is in two messages there is nothing to learn from, and the error says so."""
    texts = as_texts([f"{n:05d}" for n in range(40)])
    space = space_of(Grid(word=((1, 1),), c=(1.0,), marks=(0,)))
    with pytest.raises(TooLittleData, match="word 1-1"):
        evaluate(texts, np.arange(40) < 20, space, seed=0, jobs=2, advance=lambda: None)


def test_scores_and_variants_are_of_models_that_never_saw_the_message() -> None:
    """The same texts as a variant get the same labels; an unknown word gets none of spam's."""
    texts, spam = noisy_corpus()
    space = space_of(words(1.0), most_ham=1)
    variants = {"same": texts, "unknown": as_texts(["zzz"] * len(texts))}
    evaluated = evaluate(
        texts, spam, space, seed=0, jobs=1, advance=lambda: None, variants=variants
    )
    assert set(evaluated.variants) == {"same", "unknown"}
    assert np.array_equal(evaluated.variants["same"], evaluated.called_spam)
    assert not np.array_equal(evaluated.variants["unknown"], evaluated.called_spam)
    assert evaluated.scores[evaluated.called_spam].min() > evaluated.scores[~spam].min()


def test_extra_rows_teach_and_are_not_judged() -> None:
    """A word that only extra rows have is learned in every fold, as much as its weight says."""
    texts, spam = noisy_corpus()
    space = space_of(words(1.0), most_ham=1)
    variants = {"new": as_texts([f"{text} brandnew" for text in texts])}
    called = {}
    for weight in (0.0, 1.0):
        extra = Extra(as_texts(["brandnew"] * 60), np.ones(60, np.bool_), np.full(60, weight))
        evaluated = evaluate(
            texts, spam, space, seed=0, jobs=1, advance=lambda: None, variants=variants, extra=extra
        )
        assert evaluated.scores.shape == spam.shape
        called[weight] = int(evaluated.variants["new"].sum())
    assert called[1.0] > called[0.0]
