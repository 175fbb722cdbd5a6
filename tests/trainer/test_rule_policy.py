from pathlib import Path

import pytest

from trainer.errors import RulePolicyError
from trainer.rule_policy import PackBar, load_rule_policy

GOOD = """
enforce: {min_hits: 2, min_precision: 0.9, max_ham_share: 0.01, max_spam_share: 0}
pack: {min_coverage: null, max_ham_share: 1}
costly: {times_median: 3}
"""


def test_the_packaged_policy_is_the_projects_bar() -> None:
    """Precision 0.99 and one ham in 2,000; a pack has a bar for its ham and none for its spam."""
    policy = load_rule_policy(None)
    assert policy.enforce.min_hits == 0
    assert policy.enforce.min_precision == 0.99
    assert policy.enforce.max_ham_share == policy.enforce.max_spam_share == 1 / 2000
    assert policy.pack.min_coverage is None
    assert policy.pack.max_ham_share == 1 / 2000


def test_a_policy_of_ones_own(tmp_path: Path) -> None:
    """Every number is the file's."""
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    policy = load_rule_policy(path)
    assert policy.enforce.min_hits == 2
    assert policy.enforce.min_precision == 0.9
    assert policy.enforce.max_spam_share == 0
    assert policy.pack.min_coverage is None
    assert policy.costly.times_median == 3


def test_the_least_coverage_can_be_asked_beside_the_file(tmp_path: Path) -> None:
    """It takes the place of the file's, 0 too, and leaves the rest of the policy as it is."""
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD.replace("min_coverage: null", "min_coverage: 0.5"))
    policy = load_rule_policy(path)
    assert policy.pack == PackBar(0.5, 1)
    for asked in (0, 0.6):
        other = load_rule_policy(path, asked)
        assert other.pack == PackBar(asked, 1)
        assert (other.enforce, other.costly) == (policy.enforce, policy.costly)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (GOOD, "", r"got `null`"),
        ("min_hits: 2", "min_hits: -1", r">= 0 - at `\$\.enforce\.min_hits`"),
        ("min_hits: 2", "min_hits: 0.5", r"at `\$\.enforce\.min_hits`"),
        ("min_precision: 0.9, ", "", r"missing required field `min_precision` - at `\$\.enforce`"),
        ("costly: {times_median: 3}", "", r"missing required field `costly`"),
        ("min_precision: 0.9", "min_precision: 1.1", r"<= 1\.0 - at `\$\.enforce\.min_precision`"),
        ("min_precision: 0.9", "min_precision: -1", r"at `\$\.enforce\.min_precision`"),
        ("min_precision: 0.9", "min_precision: .nan", r"at `\$\.enforce\.min_precision`"),
        ("min_precision: 0.9", "min_precision: null", r"at `\$\.enforce\.min_precision`"),
        ("min_precision: 0.9", "min_precision: '0.9'", r"at `\$\.enforce\.min_precision`"),
        ("max_ham_share: 0.01", "max_ham_shar: 0.01", r"unknown field `max_ham_shar`"),
        ("times_median: 3", "times_median: 0.5", r"at `\$\.costly\.times_median`"),
        ("costly:", "cheap: {}\ncostly:", r"unknown field `cheap`"),
        ("enforce: {", "enforce: [", r"line 2"),
        (GOOD, "[" * 5000, r"recursion"),
    ],
)
def test_a_bad_policy_is_refused(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """The message names the file, and the field or line."""
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(RulePolicyError, match=fault) as refused:
        load_rule_policy(path)
    assert str(path) in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, or not UTF-8."""
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.yaml", tmp_path, broken):
        with pytest.raises(RulePolicyError, match=str(path)):
            load_rule_policy(path)
