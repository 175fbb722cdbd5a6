import json

import pytest

from trainer.dataset.columns import Columns
from trainer.errors import NotReproducible
from trainer.learning.candidates import candidates
from trainer.learning.search_space import SearchSpace, load_search_space
from trainer.reproduction.recipe import Data, Recipe, columns_as_told, decode, encode

COLUMNS = Columns("message", "kind", ("1", "junk"), ("0",))


@pytest.fixture
def recipe() -> Recipe:
    """The recipe of a training with the search space that comes with hamgate."""
    data = Data(
        source="mail.csv",
        columns=columns_as_told(COLUMNS),
        digest="a" * 64,
        snapshot=None,
        feedback_rows=0,
    )
    space = load_search_space(None)
    return Recipe(data=data, space=space, seed=7, chosen=candidates(space)[0], commit=None)


def test_a_recipe_comes_back_as_it_was(recipe: Recipe) -> None:
    """Every setting, floats to the bit."""
    assert decode(encode(recipe)) == recipe


def test_columns_come_back_as_they_were(recipe: Recipe) -> None:
    """They are kept as the command line takes them."""
    assert Columns.parse(**recipe.data.columns) == COLUMNS


def test_defaults_are_spelt_out(recipe: Recipe) -> None:
    """Another default in a later release does not change what an old run was trained with."""
    assert recipe.data.source == "mail.csv"
    spelt = json.loads(encode(recipe))["space"]
    assert set(spelt) == set(SearchSpace.__struct_fields__)


def test_another_release_or_file_is_refused(recipe: Recipe) -> None:
    """A field that is not known may be one that changes the model."""
    written = json.loads(encode(recipe))
    for change in ({"format": 2}, {"solver": "saga"}, {"seed": -1}):
        with pytest.raises(NotReproducible, match=r"recipe\.json"):
            decode(json.dumps(written | change).encode())
    with pytest.raises(NotReproducible, match="cannot be read"):
        decode(b"\xff")
