from pathlib import Path

import pytest

from inference.errors import UnusableKeys
from inference.loading.policy import differences, environment, fingerprint

HERE = {"python": "3.11.9", "scikit-learn": "1.7.2", "numpy": "2.3.1"}


@pytest.mark.parametrize(
    ("trained", "expected"),
    [
        (HERE, []),
        (HERE | {"python": "3.11.2", "numpy": "2.0.0"}, []),
        (HERE | {"python": "3.12.9"}, ["Python was 3.12 and is 3.11 here"]),
        (HERE | {"scikit-learn": "1.7.1"}, ["scikit-learn was 1.7.1 and is 1.7.2 here"]),
        (
            {},
            [
                "scikit-learn was not noted and is 1.7.2 here",
                "Python was not noted and is 3.11 here",
            ],
        ),
    ],
)
def test_what_scores_hang_on_is_compared(trained: dict[str, str], expected: list[str]) -> None:
    """scikit-learn to the last digit, Python to the minor version, nothing else."""
    assert differences(trained, HERE) == expected


def test_the_environment_here_is_that_of_a_manifest() -> None:
    """Under the names that the trainer writes."""
    assert set(HERE) < set(environment())


def test_a_fingerprint_is_of_keys_and_check(tmp_path: Path) -> None:
    """Either changes it, and so does the content of the keys' file; else it stays."""
    keys = tmp_path / "keys.pem"
    keys.write_bytes(b"one")
    made = [fingerprint("warn", None), fingerprint("enforce", None), fingerprint("warn", keys)]
    assert fingerprint("warn", keys) == made[2]
    keys.write_bytes(b"two")
    made.append(fingerprint("warn", keys))
    assert len(set(made)) == 4


def test_keys_that_cannot_be_read_are_said_to_be(tmp_path: Path) -> None:
    """By their path."""
    with pytest.raises(UnusableKeys, match="cannot be read: Is a directory"):
        fingerprint("warn", tmp_path)
