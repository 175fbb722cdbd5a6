from trainer.learning.candidates import by_shared_features, candidates
from trainer.learning.search_space import Candidate, Features, Grid, SearchSpace

GRID = Grid(word=((1, 1), (1, 2)), marks=(0.0, 0.1), class_weight=(None, "balanced"), c=(1.0, 9.0))


def test_every_value_meets_every_other() -> None:
    """A grid is the product of its lists; what it does not name has its default."""
    found = candidates(SearchSpace((GRID,)))
    assert len(found) == len(set(found)) == 16
    assert Candidate(Features(word=(1, 2), marks=0.0), 9.0, "balanced") in found


def test_grids_stand_side_by_side() -> None:
    """What two grids share is tried once."""
    other = Grid(word=((1, 1),), char_wb=((2, 3),), c=(1.0,))
    assert len(candidates(SearchSpace((GRID, other, GRID)))) == 17


def test_those_with_the_same_features_are_together() -> None:
    """C and class weight do not divide them, all else does."""
    found = candidates(SearchSpace((GRID,)))
    shared = by_shared_features(found)
    assert [len(sharing) for sharing in shared.values()] == [4, 4, 4, 4]
    assert [candidate for sharing in shared.values() for candidate in sharing] == found
    assert all(one.features == features for features, many in shared.items() for one in many)


def test_some_are_drawn_at_random() -> None:
    """As many as asked for, none twice, all of the grid; the seed decides which."""
    every = set(candidates(SearchSpace((GRID,))))
    draws = [
        candidates(SearchSpace((GRID,), strategy="random", draws=6, draw_seed=seed))
        for seed in (0, 0, 1)
    ]
    assert all(len(set(drawn)) == len(drawn) == 6 for drawn in draws)
    assert all(set(drawn) < every for drawn in draws)
    assert draws[0] == draws[1]
    assert set(draws[0]) != set(draws[2])


def test_no_more_are_drawn_than_there_are() -> None:
    """Then all are tried."""
    found = candidates(SearchSpace((GRID,), strategy="random", draws=1000))
    assert set(found) == set(candidates(SearchSpace((GRID,))))
