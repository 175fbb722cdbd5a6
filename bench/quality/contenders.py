"""What is compared: plain models, ours as it comes, and ours without each of its ingredients."""

from dataclasses import dataclass

from msgspec.structs import replace

from trainer.learning.search_space import Grid, SearchSpace, load_search_space

ALL_SEEDS = range(8)
SOME_SEEDS = range(5)
"""Of what takes long and only explains."""

_OURS = Grid(word=((1, 2),), char_wb=((2, 5),), c=(10.0, 30.0, 100.0))


@dataclass(frozen=True)
class Contender:
    """A search space by name."""

    name: str
    space: SearchSpace
    seeds: range


def contenders() -> list[Contender]:
    """Return all that are compared; "ours" is the search space that comes with hamgate."""
    plain = replace(_OURS, marks=(0.0,))
    words = replace(plain, word=((1, 1),), char_wb=(None,))
    return [
        Contender("ours", load_search_space(None), ALL_SEEDS),
        _of("words", words, ALL_SEEDS),
        _of("character n-grams", replace(plain, word=(None,)), ALL_SEEDS),
        _of("ours without marks", plain),
        _of("ours without words", replace(_OURS, word=(None,))),
        _of("ours without characters", replace(_OURS, char_wb=(None,))),
        _of("ours without sublinear counts", replace(_OURS, sublinear_tf=(False,))),
        _of("ours with balanced classes", replace(_OURS, class_weight=("balanced",))),
    ]


def _of(name: str, grid: Grid, seeds: range = SOME_SEEDS) -> Contender:
    return Contender(name, SearchSpace((grid,), inner_folds=3), seeds)
