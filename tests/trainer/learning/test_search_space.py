from pathlib import Path

import pytest

from trainer.errors import SearchSpaceError
from trainer.learning.candidates import by_shared_features, candidates
from trainer.learning.search_space import Candidate, Features, load_search_space

GOOD = """
parameters:
  - {word: [[1, 2], null], char_wb: [[2, 5]], c: [1, 10.5], class_weight: [balanced, null]}
  - {char: [[3, 3]], c: [2], marks: [0], min_df: [1, 3], sublinear_tf: [false]}
strategy: random
draws: 4
"""


def test_a_space_is_read(tmp_path: Path) -> None:
    """Lists are values to try; what is not named has its default."""
    path = tmp_path / "space.yaml"
    path.write_text(GOOD)
    space = load_search_space(path)
    first, second = space.parameters
    assert first.word == ((1, 2), None)
    assert first.class_weight == ("balanced", None)
    assert first.marks == (0.1,)
    assert (second.char, second.char_wb, second.min_df) == (((3, 3),), (None,), (1, 3))
    assert (space.strategy, space.draws, space.inner_folds) == ("random", 4, 5)


def test_a_candidate_says_all_that_it_is() -> None:
    """Its name is that of its run, and its parameters are by the names of the file."""
    features = Features(word=(1, 2), char_wb=(2, 5), sublinear_tf=False)
    candidate = Candidate(features, 10.5, "balanced")
    assert candidate.name == (
        "word 1-2, char_wb 2-5, marks 0.1, min_df 2, linear, C 10.5, balanced"
    )
    assert candidate.parameters() == {
        "word": (1, 2), "char_wb": (2, 5), "char": None, "min_df": 2, "sublinear_tf": False,
        "marks": 0.1, "c": 10.5, "class_weight": "balanced",
    }  # fmt: skip


def test_candidates_that_differ_have_different_names() -> None:
    """No two runs are called alike."""
    features = [
        Features(word=(1, 2)), Features(char=(1, 2)), Features(char_wb=(1, 2)),
        Features(word=(1, 2), marks=0.0), Features(word=(1, 2), min_df=3),
        Features(word=(1, 2), sublinear_tf=False),
    ]  # fmt: skip
    names = {Candidate(one, c).name for one in features for c in (1.0, 3.0)}
    assert len(names) == 12


def test_the_packaged_space_tunes_c_and_ngrams() -> None:
    """What comes with hamgate tries several C, words and characters, with a ceiling for ham."""
    space = load_search_space(None)
    assert {candidate.c for candidate in candidates(space)} > {30.0}
    assert len(by_shared_features(candidates(space))) > 1
    assert any(set(one.features.ngrams()) == {"word", "char_wb"} for one in candidates(space))
    assert space.max_ham_false_positive_rate <= 0.005


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", r"got `null`"),
        ("- 1", r"got `array`"),
        ("parameters: []", r"\$\.parameters"),
        ("parameters: [{word: [[1, 2]]}]", r"missing required field `c`"),
        ("parameters: [{word: [[1, 2]], c: []}]", r"\$\.parameters\[0\]\.c"),
        ("parameters: [{word: [[1, 2]], c: [0]}]", r"\.c\[0\]"),
        ("parameters: [{word: [[1, 2]], c: [.inf]}]", r"\.c\[0\]"),
        ("parameters: [{word: [[1, 2]], c: [.nan]}]", r"\.c\[0\]"),
        ("parameters: [{words: [[1, 2]], c: [1]}]", r"unknown field `words`"),
        ("parameters: [{word: [[2, 1]], c: [1]}]", r"low to high.*parameters\[0\]"),
        ("parameters: [{c: [1]}]", r"one of word, char_wb and char"),
        ("parameters: [{word: [null, [1, 2]], c: [1]}]", r"in every candidate"),
        ("parameters: [{word: [], c: [1]}]", r"\.word"),
        ("parameters: [{word: [[0, 1]], c: [1]}]", r"\.word\[0\]\[0\]"),
        ("parameters: [{word: [[1, 2]], c: [1], marks: [-1]}]", r"\.marks\[0\]"),
        ("parameters: [{word: [[1, 2]], c: [1], marks: [.nan]}]", r"\.marks\[0\]"),
        ("parameters: [{word: [[1, 2]], c: [1], class_weight: [heavy]}]", r"'heavy'"),
        ("parameters: [{word: [[1, 2]], c: [1]}]\nfolds: 3", r"unknown field `folds`"),
        ("parameters: [{word: [[1, 2]], c: [1]}]\ninner_folds: 1", r"inner_folds"),
        ("parameters: [{word: [[1, 2]], c: [1]}]\nstrategy: luck", r"'luck'"),
        ("parameters: [{word: [[1, 2]], c: [1]}]\ndraws: 0", r"draws"),
        (
            "parameters: [{word: [[1, 2]], c: [1]}]\nmax_ham_false_positive_rate: 0",
            r"max_ham_false_positive_rate",
        ),
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
