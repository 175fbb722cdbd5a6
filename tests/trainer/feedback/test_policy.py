from pathlib import Path

import pytest

from trainer.errors import FeedbackPolicyError
from trainer.feedback.policy import load_feedback_policy

GOOD = """
version: 3
quarantine: {confident: 0.9, reporters: 2}
reporter: {max_rows: 5, max_share: 0.1}
source: {max_rows: 9, max_share: 0.5}
total: {max_rows: 20, max_share: 0.2, max_spam_shift: 0.01}
validation: {factors: [0, 1], max_standard_errors: 1, max_loss: 0.01, folds: 3}
"""


def test_what_comes_with_hamgate_is_a_policy() -> None:
    """It asks for two reporters, caps what one may move, and tries going without feedback."""
    policy = load_feedback_policy(None)
    assert policy.version == 1
    assert policy.quarantine.reporters == 2
    assert policy.reporter.max_rows < policy.source.max_rows < policy.total.max_rows
    assert policy.reporter.max_share < policy.source.max_share < 1
    assert policy.validation.factors[0] == 0


def test_a_file_is_read(tmp_path: Path) -> None:
    """Every field comes from the file."""
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    policy = load_feedback_policy(path)
    assert policy.version == 3
    assert policy.reporter.max_rows == 5
    assert policy.source.max_share == 0.5
    assert policy.total.max_spam_shift == 0.01
    assert policy.validation.folds == 3


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (GOOD, "", r"got `null`"),
        ("version: 3", "", r"missing required field `version`"),
        ("confident: 0.9", "confident: 0.5", r"> 0\.5 - at `\$\.quarantine\.confident`"),
        ("reporters: 2", "reporters: 0", r">= 1 - at `\$\.quarantine\.reporters`"),
        ("max_rows: 5", "max_rows: -1", r">= 0 - at `\$\.reporter\.max_rows`"),
        ("max_share: 0.5", "max_share: 1.5", r"<= 1\.0 - at `\$\.source\.max_share`"),
        ("max_share: 0.5", "max_shares: 0.5", r"unknown field `max_shares`"),
        ("[0, 1]", "[0, 2]", r"at `\$\.validation\.factors\[1\]`"),
        ("[0, 1]", "[0.5, 1]", r"validation\.factors: needs 0"),
        ("folds: 3", "folds: 1", r">= 2 - at `\$\.validation\.folds`"),
        (GOOD, "[" * 5000, r"recursion"),
    ],
)
def test_a_bad_policy_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """The message names the file, and the field."""
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(FeedbackPolicyError, match=fault) as refused:
        load_feedback_policy(path)
    assert str(path) in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, or not UTF-8."""
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.yaml", tmp_path, broken):
        with pytest.raises(FeedbackPolicyError, match=str(path)):
            load_feedback_policy(path)
