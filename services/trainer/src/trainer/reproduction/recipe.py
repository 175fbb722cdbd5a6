"""The recipe of a run: all, beside the rows and the code, that decides what model comes out."""

from dataclasses import asdict
from typing import Annotated

import msgspec

from kit.text import NORMALISATION_VERSION
from trainer.dataset.columns import Columns
from trainer.errors import NotReproducible
from trainer.learning.search_space import Candidate, SearchSpace

FORMAT = 1
"""Raised when a reader of the older format could misread a recipe."""

RECIPE_FILE = "recipe.json"
"""The recipe, among a run's artifacts."""


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows, and where they can be had again."""

    source: str
    """What the corpus was read from, as `--data` names it."""
    columns: dict[str, str]
    """The columns and label values that it was read with, as `Columns.parse` takes them."""
    digest: str
    """SHA-256 (hex) over the corpus's rows, `dataset.corpus.digest_of`."""
    snapshot: str | None
    """SHA-256 (hex) of the corpus snapshot; None if the run keeps none."""
    feedback_rows: int
    """How many rows of feedback were fitted on besides."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a training is repeated by."""

    data: Data
    space: SearchSpace
    """As resolved: with all defaults spelt out."""
    seed: Annotated[int, msgspec.Meta(ge=0)]
    chosen: Candidate
    """What the tuning chose."""
    commit: str | None
    """Commit of the code, if it is known."""
    normalisation: int = NORMALISATION_VERSION
    format: int = FORMAT


def encode(recipe: Recipe) -> bytes:
    """Return the recipe as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(recipe), indent=2) + b"\n"


def decode(data: bytes) -> Recipe:
    """Return the recipe in `data`.

    Raises:
        NotReproducible: It is none that this release reads.
    """
    try:
        recipe = msgspec.json.decode(data, type=Recipe)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        msg = f"{RECIPE_FILE} cannot be read: {error}"
        raise NotReproducible(msg) from error
    if recipe.format != FORMAT:
        msg = f"{RECIPE_FILE} has format {recipe.format}, this release reads {FORMAT}"
        raise NotReproducible(msg)
    return recipe


def columns_as_told(columns: Columns) -> dict[str, str]:
    """Return columns as `Columns.parse` takes them."""
    told = asdict(columns)
    return {
        name: value if isinstance(value, str) else ",".join(value) for name, value in told.items()
    }
