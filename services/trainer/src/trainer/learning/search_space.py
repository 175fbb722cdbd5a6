"""The search space: which pipelines may be tried. Read from YAML and checked."""

from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from trainer.errors import SearchSpaceError

NgramRange = tuple[
    Annotated[int, msgspec.Meta(ge=1, le=10)], Annotated[int, msgspec.Meta(ge=1, le=10)]
]
ClassWeight = Literal["balanced"] | None
Ranges = Annotated[tuple[NgramRange | None, ...], msgspec.Meta(min_length=1)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Weight = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a text: the dear part of a pipeline, and shared by candidates."""

    word: NgramRange | None = None
    """Lengths of the n-grams of words and single punctuation marks; None for none."""
    char_wb: NgramRange | None = None
    """Lengths of the n-grams of characters within words."""
    char: NgramRange | None = None
    """Lengths of the n-grams of characters across words."""
    min_df: int = 2
    """A term that fewer messages have is left out."""
    sublinear_tf: bool = True
    """Whether a term that occurs n times counts 1 + log(n), not n."""
    marks: float = 0.1
    """Weight of each mark of `kit.marks`, beside n-grams whose squares sum up to 1; 0 for none."""

    def ngrams(self) -> dict[str, NgramRange]:
        """Return the range of each analyzer that is used, by scikit-learn's name for it."""
        ranges = {"word": self.word, "char_wb": self.char_wb, "char": self.char}
        return {analyzer: found for analyzer, found in ranges.items() if found is not None}

    @property
    def name(self) -> str:
        """All that they are, in one line."""
        parts = [f"{analyzer} {low}-{high}" for analyzer, (low, high) in self.ngrams().items()]
        parts += [f"marks {self.marks:g}"] if self.marks else []
        parts += [f"min_df {self.min_df}", *([] if self.sublinear_tf else ["linear"])]
        return ", ".join(parts)


class Candidate(msgspec.Struct, frozen=True):
    """One pipeline to try."""

    features: Features
    c: float
    """Inverse of the strength of the logistic regression's regularisation."""
    class_weight: ClassWeight = None
    """`balanced` lets the spam, all in all, count as much as the ham."""

    @property
    def name(self) -> str:
        """Name of the candidate's run."""
        balanced = ", balanced" if self.class_weight else ""
        return f"{self.features.name}, C {self.c:g}{balanced}"

    def parameters(self) -> dict[str, object]:
        """Return all that it is, by the names of the search space."""
        own = {"c": self.c, "class_weight": self.class_weight}
        return {**msgspec.structs.asdict(self.features), **own}


class Grid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each parameter may be; every one may meet every other. Meanings as in `Features`."""

    c: Annotated[tuple[Positive, ...], msgspec.Meta(min_length=1)]
    word: Ranges = (None,)
    char_wb: Ranges = (None,)
    char: Ranges = (None,)
    min_df: Annotated[tuple[Count, ...], msgspec.Meta(min_length=1)] = (2,)
    sublinear_tf: Annotated[tuple[bool, ...], msgspec.Meta(min_length=1)] = (True,)
    marks: Annotated[tuple[Weight, ...], msgspec.Meta(min_length=1)] = (0.1,)
    class_weight: Annotated[tuple[ClassWeight, ...], msgspec.Meta(min_length=1)] = (None,)

    def __post_init__(self) -> None:
        """Check what types do not say."""
        ranges = chain(self.word, self.char_wb, self.char)
        if any(found is not None and found[0] > found[1] for found in ranges):
            msg = "n-gram ranges go from low to high"
            raise ValueError(msg)
        if None in self.word and None in self.char_wb and None in self.char:
            msg = "one of word, char_wb and char has to be there in every candidate"
            raise ValueError(msg)


class SearchSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is tried, and how it is chosen and judged."""

    parameters: Annotated[tuple[Grid, ...], msgspec.Meta(min_length=1)]
    """The candidates are those of each grid."""
    strategy: Literal["grid", "random"] = "grid"
    """Whether all are tried, or some drawn at random."""
    draws: Annotated[int, msgspec.Meta(ge=1)] = 10
    """How many are drawn, none of them twice."""
    draw_seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)] = 0
    """Of the draw."""
    max_ham_false_positive_rate: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.005
    """The threshold lets no larger share of the ham be called spam, on out-of-fold scores."""
    inner_folds: Annotated[int, msgspec.Meta(ge=2)] = 5
    """Folds of the cross-validation that chooses candidate, calibration and threshold."""
    outer_folds: Annotated[int, msgspec.Meta(ge=2)] = 5
    """Folds of the cross-validation around it, that judges the choice."""
    max_tuning_messages: Annotated[int, msgspec.Meta(ge=100)] = 20_000
    """Of a larger corpus so many messages, drawn at random, are tuned and judged on."""
    max_fit_messages: Annotated[int, msgspec.Meta(ge=100)] = 50_000
    """A larger corpus is fitted in shards of at most so many, whose models are averaged."""


def load_search_space(path: Path | None) -> SearchSpace:
    """Return the search space in a YAML file, or the one that comes with hamgate.

    Raises:
        SearchSpaceError: The file cannot be read, or is not a search space; names file and field.
    """
    source = path or files("trainer.learning") / "search_space.yaml"
    try:
        data = yaml.safe_load(source.read_text(encoding="utf-8"))
        return msgspec.convert(data, SearchSpace)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        msg = f"{source}: {error}"
        raise SearchSpaceError(msg) from error
