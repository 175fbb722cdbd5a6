"""Candidates: the pipelines that a search space's strategy tries."""

import msgspec
from sklearn.model_selection import ParameterGrid, ParameterSampler

from trainer.learning.search_space import Candidate, Features, SearchSpace


def candidates(space: SearchSpace) -> list[Candidate]:
    """Return what is tried: each once, and those with the same features one after another."""
    grids = [msgspec.structs.asdict(grid) for grid in space.parameters]
    drawn = every = ParameterGrid(grids)
    if space.strategy == "random":
        count = min(space.draws, len(every))
        drawn = ParameterSampler(grids, count, random_state=space.draw_seed)
    found = dict.fromkeys(_candidate(**parameters) for parameters in drawn)
    by_features = by_shared_features(list(found))
    return [candidate for shared in by_features.values() for candidate in shared]


def by_shared_features(found: list[Candidate]) -> dict[Features, list[Candidate]]:
    """Return the candidates by their features, which need be computed only once for each."""
    shared: dict[Features, list[Candidate]] = {}
    for candidate in found:
        shared.setdefault(candidate.features, []).append(candidate)
    return shared


def _candidate(*, c: float, class_weight: str | None, **features: object) -> Candidate:
    data = {"features": features, "c": c, "class_weight": class_weight}
    return msgspec.convert(data, Candidate)
