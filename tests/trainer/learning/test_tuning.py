from collections import Counter

import numpy as np
import pytest

from fixtures.corpus import space_of
from trainer.learning.candidates import candidates
from trainer.learning.search_space import Grid
from trainer.learning.tuning import as_texts, count_tasks, folds, tune
from trainer.measures import Confusion

SPACE = space_of(
    Grid(word=((1, 1),), c=(1.0, 100.0), min_df=(1,)),
    Grid(char_wb=((2, 3),), c=(1.0, 100.0), min_df=(1,)),
)
TEXTS = as_texts([f"win prize {n} now" for n in range(30)] + [f"see you at {n}" for n in range(60)])
SPAM = np.arange(90) < 30


def test_folds_are_stratified_and_disjoint() -> None:
    """Each message is tested once, and each fold has its share of spam."""
    tested = Counter()  # type: ignore[var-annotated]
    for train, test in folds(SPAM, 3, seed=0):
        assert not set(train) & set(test)
        assert SPAM[test].sum() == 10
        tested.update(test.tolist())
    assert tested == Counter(range(90))


def test_the_seed_decides_the_folds() -> None:
    """The same seed splits alike, another one does not."""
    one, same, other = (folds(SPAM, 3, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a[1], b[1]) for a, b in zip(one, other, strict=True))


def test_every_candidate_is_ranked_for_each_group() -> None:
    """Each group of messages gets all candidates, the best first, and the bar moves on."""
    steps = 0

    def advance() -> None:
        nonlocal steps
        steps += 1

    everything = np.arange(90)
    groups = [everything, everything[::2]]
    rankings = tune(TEXTS, SPAM, groups, SPACE, seed=0, jobs=1, advance=advance)
    assert steps == count_tasks(2, SPACE) == 2 * 3 * 2
    for ranking in rankings:
        assert {tuned.candidate for tuned in ranking} == set(candidates(SPACE))
        f1 = [tuned.f1 for tuned in ranking]
        assert f1 == sorted(f1, reverse=True)
        assert f1[0] == 1.0


def test_processes_choose_as_one_process_does() -> None:
    """Spreading the work changes nothing in the outcome."""
    groups = [np.arange(90)]
    alone, spread = (
        tune(TEXTS, SPAM, groups, SPACE, seed=3, jobs=jobs, advance=lambda: None) for jobs in (1, 2)
    )
    assert alone == spread


def test_no_group_sees_messages_outside_it() -> None:
    """Labels outside a group have no say in it: turning them all round changes nothing."""
    group = np.arange(0, 90, 2)
    turned = SPAM.copy()
    turned[1::2] ^= True
    first, second = (
        tune(TEXTS, labels, [group], SPACE, seed=0, jobs=1, advance=lambda: None)
        for labels in (SPAM, turned)
    )
    assert first == second


@pytest.mark.parametrize("seed", [0, 1])
def test_the_threshold_reaches_the_f1_on_the_folds(seed: int) -> None:
    """A separable corpus is separated: F1 is 1 at the threshold that is given."""
    (ranking,) = tune(TEXTS, SPAM, [np.arange(90)], SPACE, seed=seed, jobs=1, advance=lambda: None)
    assert 0 < ranking[0].threshold < 1
    assert Confusion(30, 0, 0, 60).f1 == ranking[0].f1


def test_each_fold_is_measured() -> None:
    """A candidate has as many measures as there are folds, each with the time of its fit."""
    (ranking,) = tune(TEXTS, SPAM, [np.arange(90)], SPACE, seed=0, jobs=1, advance=lambda: None)
    best = ranking[0]
    assert [fold.f1 for fold in best.folds] == [1.0] * SPACE.inner_folds
    assert all(fold.fit_seconds > 0 for fold in best.folds)
