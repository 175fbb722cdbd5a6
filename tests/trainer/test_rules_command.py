import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.packs import word_rule, write_pack
from fixtures.processes import free_port

CORPUS = "text,label\nwin a prize,spam\nprize draw,spam\nsee you,ham\nlunch?,ham\n"


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    """A file with two spam and two ham."""
    path = tmp_path / "corpus.csv"
    path.write_text(CORPUS)
    return str(path)


def trainer(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `trainer rules`, with nothing but a closed port where MLflow would be."""
    address = f"http://127.0.0.1:{free_port()}"
    return subprocess.run(
        [sys.executable, "-m", "trainer", "rules", *arguments],
        env={"TRAINER_TRACKING_URI": address, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_rules_at_the_bar_end_with_0(tmp_path: Path, corpus: str) -> None:
    """The table is on stdout, as wide as a page where it is piped, and needs no registry."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    done = trainer("--pack", str(pack), "--data", corpus)
    assert done.returncode == 0, done.stderr
    assert "100.0% (2 of 2 spam)" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120
    assert "below the bar" not in done.stderr


def test_a_rule_below_the_bar_ends_with_3(tmp_path: Path, corpus: str) -> None:
    """Every such rule stands on stderr with its numbers, with `--json` too."""
    rules = [word_rule("prize"), word_rule("see"), word_rule("lunch", state="shadow")]
    pack = write_pack(tmp_path / "pack.yaml", *rules)
    for options in ((), ("--json",)):
        done = trainer("--pack", str(pack), "--data", corpus, *options)
        assert done.returncode == 3
        lines = [line for line in done.stderr.splitlines() if line.startswith("below the bar: ")]
        assert lines == [
            "below the bar: rule see: precision 0.0000 is below 0.99 (0 spam hits, 1 ham hits)",
            "below the bar: rule see: it hits 50% of the ham (1), more than 0.05%",
            "below the bar: pack test: it decides 50% of the ham as spam (1), more than 0.05%",
        ]


def test_the_json_has_the_documented_fields(tmp_path: Path, corpus: str) -> None:
    """These and no others: programs read them."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"), word_rule("draw"))
    done = trainer("--json", "--data", corpus, TRAINER_RULES_FILE=str(pack))
    report = json.loads(done.stdout)
    assert list(report) == [
        "pack", "corpus", "policy", "totals", "named", "shortfalls", "rules"
    ]  # fmt: skip
    assert list(report["pack"]) == ["name", "version", "digest"]
    assert list(report["corpus"]) == ["source", "digest", "messages", "spam", "ham"]
    assert list(report["policy"]) == ["enforce", "pack", "costly"]
    assert list(report["totals"]) == [
        "spam_decided_spam", "spam_decided_ham", "ham_decided_spam", "ham_decided_ham", "coverage",
        "ham_false_positive_rate", "cost_us", "cost_with_views_us", "shortfalls",
    ]  # fmt: skip
    assert list(report["named"]) == ["below_bar", "dead", "redundant", "costly", "off"]
    assert list(report["rules"][0]) == [
        "id", "verdict", "state", "group", "description", "spam_hits", "ham_hits", "precision",
        "hit_rate", "wrong_share", "unique_hits", "decided", "overlap", "overlaps", "covered_by",
        "cost_us", "shortfalls",
    ]  # fmt: skip
    assert report["rules"][1]["id"] == "draw"
    overlap = {"rule": "prize", "hits": 1, "share": 1.0}
    assert report["rules"][1]["overlap"] == overlap
    assert report["rules"][1]["overlaps"] == [overlap]
    assert report["rules"][1]["covered_by"] == ["prize"]
    assert report["named"]["redundant"] == ["draw"]


def test_the_policy_can_be_another(tmp_path: Path, corpus: str) -> None:
    """By option or variable; a bar that the pack does not reach is exit code 3."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("draw"))
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "enforce: {min_hits: 0, min_precision: 0, max_ham_share: 1, max_spam_share: 1}\n"
        "pack: {min_coverage: 0.6, max_ham_share: null}\ncostly: {times_median: 5}\n"
    )
    options = ("--pack", str(pack), "--data", corpus)
    assert trainer(*options).returncode == 0
    by_option = trainer(*options, "--policy", str(policy))
    by_variable = trainer(*options, TRAINER_RULE_POLICY_FILE=str(policy))
    for done in (by_option, by_variable):
        assert done.returncode == 3
        assert "decides 50% of the spam as spam (1), less than 60%" in done.stderr


def test_coverage_can_be_asked_without_a_policy_of_ones_own(tmp_path: Path, corpus: str) -> None:
    """`make rules` asks so of the shipped pack; the report has the bar that was asked."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("draw"))
    options = ("--json", "--pack", str(pack), "--data", corpus, "--min-coverage")
    reached, missed = trainer(*options, "0.5"), trainer(*options, "0.6")
    assert reached.returncode == 0, reached.stderr
    assert missed.returncode == 3
    assert "pack test: it decides 50% of the spam as spam (1), less than 60%" in missed.stderr
    assert json.loads(missed.stdout)["policy"]["pack"]["min_coverage"] == 0.6
    assert trainer(*options, "1.5").returncode == 2


def test_the_page_is_written(tmp_path: Path, corpus: str) -> None:
    """In a folder that is made for it, and its path is told; the answer stays the table."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    page = tmp_path / "new" / "rules.html"
    done = trainer("--pack", str(pack), "--data", corpus, "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert str(page) in done.stderr


def test_compiled_rules_are_kept_where_told(tmp_path: Path, corpus: str) -> None:
    """So that the next run does not compile them, and has the same figures."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    folder = tmp_path / "cache"
    options = ("--json", "--pack", str(pack), "--data", corpus)
    runs = [trainer(*options, TRAINER_RULES_CACHE_FOLDER=str(folder)) for _ in range(2)]
    assert list(folder.iterdir())
    first, second = (json.loads(run.stdout)["rules"][0] for run in runs)
    assert first | {"cost_us": 0} == second | {"cost_us": 0}


def test_no_message_reaches_the_output(tmp_path: Path, corpus: str) -> None:
    """Neither table nor JSON nor stderr has a message's text; the page alone does."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("see"))
    for options in ((), ("--json",)):
        done = trainer("--pack", str(pack), "--data", corpus, *options)
        for text in ("win a prize", "see you", "lunch?"):
            assert text not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--pack", "nowhere.yaml"), "nowhere.yaml"),
        (("--policy", "nowhere.yaml"), "nowhere.yaml"),
        (("--data", "nowhere.csv"), "nowhere.csv"),
        (("--spam", "x", "--ham", "x"), "both"),
    ],
)
def test_errors_are_one_line_and_code_1(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Each says what is wrong, without a traceback."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    done = trainer(*arguments, TRAINER_RULES_FILE=str(pack))
    assert done.returncode == 1
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_page_that_cannot_be_written_is_code_1(tmp_path: Path, corpus: str) -> None:
    """The line has its path and the reason."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    done = trainer("--pack", str(pack), "--data", corpus, "--html", "/dev/null/page.html")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: /dev/null/page.html: cannot be written")


def test_a_faulty_pack_is_one_line_and_code_1(tmp_path: Path) -> None:
    """The line names the file, the rule and the field; with `--json` it is on stdout besides."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize") | {"state": "on"})
    done = trainer("--json", "--pack", str(pack))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    for word in (str(pack), "prize", "state"):
        assert word in done.stderr
        assert word in json.loads(done.stdout)["error"]


def test_neither_mlflow_nor_scikit_learn_is_loaded(tmp_path: Path, corpus: str) -> None:
    """Measuring rules takes no seconds of import: it runs while a rule is being written."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    program = (
        "import sys\n"
        "from trainer.cli import app\n"
        "from trainer.settings import Settings\n"
        "app(sys.argv[1:], obj=Settings(), standalone_mode=False)\n"
        "slow = {'mlflow', 'sklearn', 'scipy', 'skops', 'joblib'}\n"
        "sys.exit(str(sorted(slow & {*sys.modules})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "rules", "--pack", str(pack), "--data", corpus],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == "[]"
