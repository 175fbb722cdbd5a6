import pytest

from inference.model.preparation import Preparation


@pytest.mark.parametrize(
    ("preparation", "prepared"),
    [
        (Preparation(lowercase=False, strip_accents=None, join_spaces=True), "Éa ß 1´ ¸x"),
        (Preparation(lowercase=True, strip_accents=None, join_spaces=True), "éa ß 1´ ¸x"),
        (Preparation(lowercase=True, strip_accents="unicode", join_spaces=True), "ea ß 1 x"),
        (Preparation(lowercase=False, strip_accents="unicode", join_spaces=False), "Ea ß 1   x"),
        (Preparation(lowercase=False, strip_accents="ascii", join_spaces=True), "Ea 1 x"),
    ],
)
def test_steps_are_those_of_scikit_learn(preparation: Preparation, prepared: str) -> None:
    """Small letters, then accents, of which an accent alone leaves a space behind, then spaces."""
    assert preparation.prepare("Éa ß 1´ ¸x") == prepared


def test_a_preparation_without_steps_is_false() -> None:
    """Joining spaces alone is no step: normalised texts have no two side by side."""
    assert not Preparation(lowercase=False, strip_accents=None, join_spaces=True)
    assert Preparation(lowercase=True, strip_accents=None, join_spaces=False)
