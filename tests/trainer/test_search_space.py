from pathlib import Path

import pytest

from trainer.errors import SearchSpaceError
from trainer.search_space import Candidate, load_search_space

GOOD = """
features:
  both: {word: [1, 2], char_wb: [2, 5]}
  char: {char: [3, 3]}
c: [1, 10.5]
"""


def test_every_feature_set_meets_every_c(tmp_path: Path) -> None:
    """Candidates are the product, those with the same features together."""
    path = tmp_path / "space.yaml"
    path.write_text(GOOD)
    space = load_search_space(path)
    assert space.candidates() == [
        Candidate("both", 1.0), Candidate("both", 10.5),
        Candidate("char", 1.0), Candidate("char", 10.5),
    ]  # fmt: skip
    assert space.features["both"] == {"word": (1, 2), "char_wb": (2, 5)}
    assert space.candidates()[1].name == "both C=10.5"


def test_the_packaged_space_tunes_c_and_ngrams_of_words_and_characters() -> None:
    """What comes with hamgate tries several C, and words, characters and both."""
    space = load_search_space(None)
    analyzers = [set(features) for features in space.features.values()]
    assert {"word"} in analyzers
    assert {"char_wb"} in analyzers
    assert {"word", "char_wb"} in analyzers
    assert len(space.c) > 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", r"got `null`"),
        ("- 1", r"got `array`"),
        ("features: {}\nc: [1]", r"\$\.features"),
        ("features: {a: {word: [1, 2]}}\nc: []", r"\$\.c"),
        ("features: {a: {word: [1, 2]}}\nc: [0]", r"\$\.c\[0\]"),
        ("features: {a: {word: [1, 2]}}\nc: [.inf]", r"\$\.c\[0\]"),
        ("features: {a: {word: [1, 2]}}\nc: [.nan]", r"\$\.c\[0\]"),
        ("features: {a: {words: [1, 2]}}\nc: [1]", r"Invalid enum value 'words'"),
        ("features: {a: {word: [2, 1]}}\nc: [1]", r"features\.a: needs"),
        ("features: {a: {}}\nc: [1]", r"features\.a: needs"),
        ("features: {a: {word: [0, 1]}}\nc: [1]", r"features"),
        ("features: {a: {word: [1, 2]}}\nc: [1]\nfolds: 3", r"unknown field `folds`"),
        ("features: {a: {word: [1, 2]}}\nc: [1]\ninner_folds: 1", r"inner_folds"),
        ("features: [", r"line 1"),
        ("[" * 5000, r"recursion"),
    ],
)
def test_a_bad_space_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    """The message names the file, and the field or line."""
    path = tmp_path / "space.yaml"
    path.write_text(text)
    with pytest.raises(SearchSpaceError, match=fault) as refused:
        load_search_space(path)
    assert str(path) in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, or not UTF-8."""
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.yaml", tmp_path, broken):
        with pytest.raises(SearchSpaceError, match=str(path)):
            load_search_space(path)
