"""Facts about fitting a corpus in shards."""

import msgspec
import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from fixtures.corpus import as_it_is
from kit.model_text import model_text
from trainer.dataset.corpus import Corpus
from trainer.learning.calibration import Calibration
from trainer.learning.candidates import candidates
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.mixture import fit_all
from trainer.learning.search_space import SearchSpace
from trainer.learning.tuning import Extra, Tuned, as_texts
from trainer.measures import Confusion


@pytest.fixture(scope="module")
def messages(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """The demo corpus as the trainer sees it."""
    texts = as_texts([model_text(text) for text in corpus.texts])
    return texts, np.array([label == "spam" for label in corpus.labels])


@pytest.fixture
def tuned(small_space: SearchSpace) -> Tuned:
    """The only candidate of the small search space, as if it were tuned."""
    (candidate,) = candidates(small_space)
    return as_it_is(candidate)


def of_shards(space: SearchSpace, most: int) -> SearchSpace:
    """Return the search space with that many messages in a shard."""
    return msgspec.structs.replace(space, max_fit_messages=most)


def mixed(
    texts: np.ndarray,
    spam: np.ndarray,
    tuned: Tuned,
    space: SearchSpace,
    *,
    jobs: int = 1,
    extra: Extra | None = None,
) -> tuple[Pipeline, Tuned]:
    """Fit on all of it, with every third message to choose the threshold on."""
    judged = np.arange(0, len(texts), 3)
    return fit_all(texts, spam, tuned, space, judged=judged, seed=1, jobs=jobs, extra=extra)


def test_what_fits_into_one_fit_is_fitted_exactly(
    messages: tuple[np.ndarray, np.ndarray], tuned: Tuned, small_space: SearchSpace
) -> None:
    """Up to the limit nothing is divided, and the threshold stays."""
    texts, spam = (part[:900] for part in messages)
    pipeline, same = mixed(texts, spam, tuned, of_shards(small_space, 900))
    assert same is tuned
    assert np.array_equal(pipeline[-1].coef_, fit(texts, spam, tuned)[-1].coef_)


def test_shards_judge_unseen_messages_nearly_as_one_fit_does(
    messages: tuple[np.ndarray, np.ndarray], tuned: Tuned, small_space: SearchSpace
) -> None:
    """Three shards of a thousand messages lose less than 0.02 of F1, on messages of none."""
    texts, spam = messages
    train, test = slice(0, 3000), slice(3000, None)
    space = of_shards(small_space, 1000)
    pipeline, chosen = mixed(texts[train], spam[train], tuned, space)
    assert chosen.threshold != tuned.threshold
    exact = spam_scores(fit(texts[train], spam[train], tuned), texts[test])
    best = max(Confusion.of(spam[test], exact >= at).f1 for at in np.linspace(0.05, 0.95, 19))
    found = spam_scores(pipeline, texts[test]) >= chosen.threshold
    assert Confusion.of(spam[test], found).f1 > best - 0.02
    assert abs(chosen.f1 - Confusion.of(spam[test], found).f1) < 0.04


def test_the_model_is_a_plain_pipeline(
    messages: tuple[np.ndarray, np.ndarray], tuned: Tuned, small_space: SearchSpace
) -> None:
    """What is stored looks as one fit does, with the calibration in it: inference sees no shard."""
    texts, spam = (part[:900] for part in messages)
    pipeline, chosen = mixed(texts, spam, tuned, of_shards(small_space, 300))
    assert chosen.calibration != Calibration()
    assert list(pipeline.classes_) == ["ham", "spam"]
    assert pipeline[-1].coef_.shape == (1, len(pipeline[0].get_feature_names_out()))
    logits = pipeline.decision_function(texts)
    assert np.allclose(spam_scores(pipeline, texts), 1 / (1 + np.exp(-logits)))


def test_processes_fit_as_one_process_does(
    messages: tuple[np.ndarray, np.ndarray], tuned: Tuned, small_space: SearchSpace
) -> None:
    """Bit for bit, however the shards are spread."""
    texts, spam = (part[:900] for part in messages)
    one, two = (
        mixed(texts, spam, tuned, of_shards(small_space, 300), jobs=jobs) for jobs in (1, 2)
    )
    assert np.array_equal(one[0][-1].coef_, two[0][-1].coef_)
    assert one[1] == two[1]


def test_no_message_has_a_say_in_its_own_logit(tuned: Tuned, small_space: SearchSpace) -> None:
    """Where only a message's own text could tell its label, the threshold is not fooled.

    Every text is a word of its own. The mixture knows them all; were the threshold chosen on what
    it says of them, the F1 would be 1.
    """
    texts = as_texts([f"{number:03d}" * 3 for number in range(400)])
    spam = np.random.default_rng(0).random(400) < 0.5
    _, chosen = mixed(texts, spam, tuned, of_shards(small_space, 200))
    assert chosen.f1 < 0.8


def test_extra_rows_have_their_weight_once(
    messages: tuple[np.ndarray, np.ndarray], tuned: Tuned, small_space: SearchSpace
) -> None:
    """Each of three shards has them at a third of their weight; none of weight 0 is felt."""
    texts, spam = (part[:900] for part in messages)
    space = of_shards(small_space, 300)
    rows = as_texts(["see you tomorrow at lunch"] * 20)
    plain, unfelt, felt = (
        mixed(texts, spam, tuned, space, extra=extra)[0]
        for extra in (
            None,
            Extra(rows, np.ones(20, dtype=np.bool_), np.full(20, 1e-12)),
            Extra(rows, np.ones(20, dtype=np.bool_), np.full(20, 3.0)),
        )
    )
    before, without, after = (
        spam_scores(pipeline, rows[:1])[0] for pipeline in (plain, unfelt, felt)
    )
    assert without == pytest.approx(before, abs=1e-3)
    assert after > before + 0.2
