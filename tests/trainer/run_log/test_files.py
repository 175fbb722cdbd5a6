import csv
import io
import json

import pytest

from trainer.run_log.facts import Facts
from trainer.run_log.files import Files
from trainer.run_log.learning import LearningPoint

POINTS = [LearningPoint(20, 0.8, 0.7, 0.9), LearningPoint(40, 0.9, 0.9, 0.9)]
PLOTS = {
    "plots/precision_recall.png", "plots/calibration.png", "plots/scores.png",
    "plots/confusion.png", "plots/learning_curve.png", "plots/candidates.png",
}  # fmt: skip


@pytest.fixture(scope="module")
def files(facts: Facts) -> Files:
    """The files of a small training."""
    return Files(facts, "run-0123", POINTS, messages=True)


@pytest.fixture(scope="module")
def made(files: Files) -> dict[str, bytes]:
    """All of them but tables and card."""
    return dict(files.each())


def test_every_file_is_made(made: dict[str, bytes]) -> None:
    """Images are images, the page has all figures."""
    assert set(made) == PLOTS | {"report.html", "mistakes.csv"}
    assert all(made[plot].startswith(b"\x89PNG") for plot in PLOTS)
    page = made["report.html"].decode()
    for plot in PLOTS:
        key = plot.removeprefix("plots/").removesuffix(".png")
        assert f'id="figure-{key}"' in page


def test_the_mistakes_are_those_of_the_report(facts: Facts, made: dict[str, bytes]) -> None:
    """Both messages that look like the other label are among them, and no right one."""
    rows = list(csv.DictReader(io.StringIO(made["mistakes.csv"].decode(), newline="")))
    counts = facts.counts
    assert sum(row["is"] == "spam" for row in rows) == counts.false_ham > 0
    assert sum(row["is"] == "ham" for row in rows) == counts.false_spam > 0
    told = {row["text"]: row for row in rows}
    assert told["see you for lunch at seven"]["called"] == "ham"
    assert told["win a prize, a cash prize"]["called"] == "spam"
    assert told["win a prize, a cash prize"]["terms"]


def test_where_messages_may_not_be_stored_none_is(facts: Facts) -> None:
    """No list of mistakes, and no message on the page or the card."""
    files = Files(facts, "run-0123", POINTS, messages=False)
    made = dict(files.each())
    assert set(made) == PLOTS | {"report.html"}
    text = made["report.html"].decode() + files.card() + "".join(files.tables().values())
    assert not [message for message in facts.trained.raw if message in text]


def test_a_corpus_too_small_for_a_learning_curve_has_none(facts: Facts) -> None:
    """Rather than an empty picture."""
    made = dict(Files(facts, "run-0123", [], messages=True).each())
    assert set(made) == (PLOTS | {"report.html", "mistakes.csv"}) - {"plots/learning_curve.png"}


def test_the_tables_are_mlflows(facts: Facts, files: Files) -> None:
    """A row a candidate, the chosen one first; terms with their side."""
    tables = {path: json.loads(text) for path, text in files.tables().items()}
    candidates = tables["candidates.json"]
    assert candidates["columns"][:2] == ["candidate", "cv_f1"]
    assert [row[:2] for row in candidates["data"]] == [
        [tuned.candidate.name, tuned.f1] for tuned in facts.trained.evaluated.ranking
    ]
    terms = tables["terms.json"]
    assert terms["columns"] == ["speaks for", "term", "analyzer", "coefficient"]
    assert {row[0] for row in terms["data"]} == {"spam", "ham"}


def test_the_card_has_every_number(facts: Facts, files: Files) -> None:
    """Measures with intervals, slices, disguises, what the gate asked, data, procedure."""
    card, report = files.card(), facts.report
    expected = [
        f"{report.f1:.4f}", f"{report.f1_interval.low:.4f} to {report.f1_interval.high:.4f}",
        f"{report.precision:.4f}", f"{report.recall:.4f}", f"{report.ham_false_positive_rate:.4f}",
        f"{report.calibration.brier:.4f}", f"{report.calibration.expected_error:.4f}",
        f"{report.system.f1:.4f}", facts.corpus.digest, "source: `test`", "spam: `40`",
        "feedback, taken: `12`", f"`{facts.best.threshold:.6f}`", "test@1.2", "`9.9.9`",
        "trainer reproduce run-0123", facts.best.candidate.name,
    ]  # fmt: skip
    for parts in (report.slices, report.robustness):
        assert parts
        expected += [f"{part.f1:.4f}" for part in parts.values()]
    assert facts.decision.reasons
    assert [fact for fact in expected if fact not in card] == []
    plain = card.replace("\\", "")
    for name in (*report.slices, *report.robustness):
        assert f"| {name} |" in plain
    for check in facts.decision.checks:
        assert check.told in plain
