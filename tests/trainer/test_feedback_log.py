import json
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from fixtures.mlflow import SMALL_SPACE, MlflowServer
from store.engine import open_engine
from store.feedback import write_feedback
from store.migrating import upgrade
from store.records import NewFeedback

ROWS = [
    *(NewFeedback("ann", "spam", f"your parcel is held {n}x{n}", None, "app") for n in range(12)),
    NewFeedback("bob", "ham", "see you at 3y3", None, "app"),
    NewFeedback("bob", "spam", None, "a-decision", "app"),
    NewFeedback("eve", "spam", "unclear", None, "app"),
    NewFeedback("bob", "ham", "unclear", None, "app"),
]
"""Twelve that are new, one that the corpus has, one without a text, a text with both labels."""


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A corpus of 40 messages that a model tells apart, and the small search space."""
    folder: Path = tmp_path_factory.mktemp("feedback")
    spam = [f"win a prize by calling {n}x{n}" for n in range(20)]
    ham = [f"see you at {n}y{n}" for n in range(20)]
    corpus, space = folder / "corpus.jsonl", folder / "space.yaml"
    rows = [("spam", text) for text in spam] + [("ham", text) for text in ham]
    corpus.write_text("".join(json.dumps({"label": a, "text": b}) + "\n" for a, b in rows))
    space.write_text(SMALL_SPACE)
    return ["--data", str(corpus), "--search-space", str(space), "--no-promote"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with feedback."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/hamgate.db"
    engine = open_engine(url)
    upgrade(engine)
    write_feedback(engine, ROWS)
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def trained(mlflow: MlflowServer, arguments: list[str], database: str) -> dict[str, Any]:
    """What is printed of a training with the feedback."""
    done = mlflow.trainer(
        "train", "--with-feedback", "--json", *arguments, TRAINER_DATABASE_URL=database
    )
    assert done.returncode in (0, 3), done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def test_a_training_says_what_it_took(trained: dict[str, Any]) -> None:
    """The JSON has the figures; the messages that are trained on stay those of the corpus."""
    feedback = trained["feedback"]
    assert feedback["read"] == len(ROWS)
    assert feedback["taken"] + feedback["against_model"] + feedback["rejected"] == 12
    assert feedback["no_text"] == 1
    assert feedback["known"] == 1
    assert feedback["contradicted"] == 2
    assert trained["report"]["messages"] == 40


def test_the_run_keeps_the_report(
    mlflow: MlflowServer, trained: dict[str, Any], tmp_path: Path
) -> None:
    """Figures as parameters and metrics; every row's id with what became of it, and no text."""
    client = MlflowClient(mlflow.url, mlflow.url)
    run = client.get_run(trained["run_id"]).data
    assert run.params["feedback.policy"] == "1"
    assert float(run.params["feedback.factor"]) == trained["feedback"]["factor"]
    assert run.metrics["feedback.read"] == len(ROWS)
    assert run.metrics["feedback.taken"] == trained["feedback"]["taken"]
    path = client.download_artifacts(trained["run_id"], "feedback/report.json", str(tmp_path))
    text = Path(path).read_text()
    report = json.loads(text)
    ids = [one for ids in report["left_out"].values() for one in ids]
    ids += [one for taken in report["taken"] for one in taken["ids"]]
    assert len(ids) == len(set(ids)) == len(ROWS)
    assert "parcel" not in text


def test_a_database_without_feedback_ends_the_command(
    mlflow: MlflowServer, arguments: list[str], tmp_path: Path
) -> None:
    """One clear line, and nothing is trained."""
    url = f"sqlite:///{tmp_path}/empty.db"
    done = mlflow.trainer("train", "--with-feedback", *arguments, TRAINER_DATABASE_URL=url)
    assert done.returncode == 1
    assert "python -m store upgrade" in done.stderr.splitlines()[-1]
