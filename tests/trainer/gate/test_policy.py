from pathlib import Path

import pytest

from fixtures.gate import write_policy
from kit.manifest import sha256
from trainer.errors import GatePolicyError
from trainer.gate.policy import load_gate_policy


def test_the_packaged_policy_is_the_projects_bar() -> None:
    """F1 above 0.95, its interval above 0.94, one ham in a hundred, one chance in twenty."""
    policy = load_gate_policy(None).policy
    assert policy.version == 1
    assert (policy.f1.min, policy.f1.min_lower_end) == (0.95, 0.94)
    assert policy.ham.max_false_positive_rate == 0.01
    assert policy.champion.alpha == 0.05
    assert policy.golden.max_wrong == 0


def test_a_policy_is_known_by_its_file(tmp_path: Path) -> None:
    """Its digest is the SHA-256 of the file, so a change of a comment is one too."""
    path = Path(write_policy(tmp_path / "own.yaml", f1={"min": 0.9}))
    loaded = load_gate_policy(path)
    assert loaded.policy.f1.min == 0.9
    assert loaded.digest == sha256(path.read_bytes())


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("version: 1", "version: 0", r">= 1 - at `\$\.version`"),
        ("version: 1", "", "missing required field `version`"),
        ("  alpha: 0.05", "  alpha: 0", r"at `\$\.champion\.alpha`"),
        ("  alpha: 0.05", "", r"missing required field `alpha` - at `\$\.champion`"),
        ("not_comparable: skip", "not_comparable: maybe", r"at `\$\.champion\.not_comparable`"),
        ("max_wrong: 0", "max_wrng: 0", "unknown field `max_wrng`"),
        ("max_terms: 1000000", "max_terms: .inf", r"at `\$\.cost\.max_terms`"),
        ("robustness:", "robustness: [", "line "),
    ],
)
def test_a_bad_policy_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """The message names the file, and the field."""
    path = Path(write_policy(tmp_path / "policy.yaml"))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(GatePolicyError, match=fault) as error:
        load_gate_policy(path)
    assert str(path) in str(error.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, or not UTF-8."""
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.yaml", tmp_path, broken):
        with pytest.raises(GatePolicyError, match=str(path)):
            load_gate_policy(path)
