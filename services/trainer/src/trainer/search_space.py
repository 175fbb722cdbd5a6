"""The search space: which pipelines are tried. Read from YAML, checked, and spelt out."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from trainer.errors import SearchSpaceError

Analyzer = Literal["word", "char", "char_wb"]
NgramRange = tuple[
    Annotated[int, msgspec.Meta(ge=1, le=10)], Annotated[int, msgspec.Meta(ge=1, le=10)]
]
Features = dict[Analyzer, NgramRange]


class Candidate(msgspec.Struct, frozen=True):
    """One pipeline to try: a named feature set and the classifier's C."""

    features: str
    c: float

    @property
    def name(self) -> str:
        """Name of the candidate's run."""
        return f"{self.features} C={self.c:g}"


class SearchSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is tried, and how it is judged."""

    features: Annotated[dict[str, Features], msgspec.Meta(min_length=1)]
    """Feature sets by name: n-gram range of each analyzer."""
    c: Annotated[list[Annotated[float, msgspec.Meta(gt=0, le=1e6)]], msgspec.Meta(min_length=1)]
    """Values of C, the inverse of the regularisation's strength."""
    min_df: Annotated[int, msgspec.Meta(ge=1)] = 1
    """A term that fewer messages have is left out."""
    inner_folds: Annotated[int, msgspec.Meta(ge=2)] = 5
    """Folds of the cross-validation that chooses a candidate and a threshold."""
    outer_folds: Annotated[int, msgspec.Meta(ge=2)] = 5
    """Folds of the cross-validation around it, that judges the choice."""
    max_tuning_messages: Annotated[int, msgspec.Meta(ge=100)] = 20_000
    """Of a larger corpus so many messages, drawn at random, are tuned and judged on."""
    max_fit_messages: Annotated[int, msgspec.Meta(ge=100)] = 50_000
    """A larger corpus is fitted in shards of at most so many, whose models are averaged."""

    def candidates(self) -> list[Candidate]:
        """Return every candidate, those with the same features together."""
        return [Candidate(name, c) for name in self.features for c in self.c]


def load_search_space(path: Path | None) -> SearchSpace:
    """Return the search space in a YAML file, or the one that comes with hamgate.

    Raises:
        SearchSpaceError: The file cannot be read, or is not a search space; names file and field.
    """
    source = path or files("trainer") / "search_space.yaml"
    try:
        data = yaml.safe_load(source.read_text(encoding="utf-8"))
        space = msgspec.convert(data, SearchSpace)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        msg = f"{source}: {error}"
        raise SearchSpaceError(msg) from error
    for name, features in space.features.items():
        if not features or any(low > high for low, high in features.values()):
            msg = f"{source}: features.{name}: needs an analyzer, and ranges from low to high"
            raise SearchSpaceError(msg)
    return space
