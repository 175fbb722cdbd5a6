import numpy as np
import pytest

from fixtures.corpus import as_it_is
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.search_space import Candidate, Features
from trainer.learning.tuning import as_texts, folds
from trainer.measures import Confusion
from trainer.run_log import learning
from trainer.run_log.learning import SHARES, count_fits, learning_curve

TUNED = as_it_is(Candidate(Features(word=(1, 1), min_df=1, marks=0), 10.0))
# Each label has 60 words of its own, two a message: what few messages teach does not do.
WORDS = np.random.default_rng(0).integers(0, 60, (200, 2))
TEXTS = as_texts([f"{'s' if n % 2 else 'h'}{a} x{b}" for n, (a, b) in enumerate(WORDS)])
SPAM = np.arange(200) % 2 == 1


def test_more_messages_teach_more() -> None:
    """From the first tenth to all, each work told; the last point is what the folds give."""
    outer = folds(SPAM, 2, 0)
    done: list[None] = []
    points = learning_curve(TEXTS, SPAM, outer, TUNED, jobs=1, advance=lambda: done.append(None))
    assert len(done) == count_fits(len(outer)) == 2 * len(SHARES)
    assert [point.messages for point in points] == [20, 40, 70, 100]
    assert points[-1].f1 > points[0].f1
    assert all(point.low <= point.f1 <= point.high for point in points)
    expected = [f1_of_fold(train, test) for train, test in outer]
    last = points[-1]
    assert (last.low, last.f1, last.high) == pytest.approx(
        (min(expected), sum(expected) / 2, max(expected))
    )


def test_sizes_without_enough_of_a_label_are_left_out() -> None:
    """Twelve spam in a training part: only all and seven tenths have eight."""
    spam = np.arange(200) < 24
    points = learning_curve(TEXTS, spam, folds(spam, 2, 0), TUNED, jobs=1, advance=lambda: None)
    assert [point.messages for point in points] == [70, 100]


def test_large_corpora_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the curve costs the same from some size on."""
    monkeypatch.setattr(learning, "MOST_MESSAGES", 50)
    points = learning_curve(TEXTS, SPAM, folds(SPAM, 2, 0), TUNED, jobs=1, advance=lambda: None)
    assert points[-1].messages == 50


def f1_of_fold(train: np.ndarray, test: np.ndarray) -> float:
    """Return F1 on one part of a model fitted on the other."""
    called = spam_scores(fit(TEXTS[train], SPAM[train], TUNED), TEXTS[test]) >= 0.5
    return Confusion.of(SPAM[test], called).f1
