import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from fixtures.gate import lenient_policy
from fixtures.mlflow import SMALL_SPACE, MlflowServer
from fixtures.packs import word_rule, write_pack
from kit.registry import REGISTERED_MODEL, TAG_RULES_DIGEST, TAG_RULES_PACK


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the corpus, the packs and what is downloaded."""
    return tmp_path_factory.mktemp("run-log")


@pytest.fixture(scope="module")
def corpus(folder: Path) -> str:
    """A file with 40 messages that a model tells apart; half of the spam is about a prize.

    One ham is about a prize too.
    """
    spam = [f"win {'a prize' if n % 2 else 'cash'} by calling {n}x{n}" for n in range(20)]
    ham = [f"see you at {n}y{n}{' for the prize' if n == 7 else ''}" for n in range(20)]
    path = folder / "corpus.jsonl"
    rows = [("spam", text) for text in spam] + [("ham", text) for text in ham]
    path.write_text("".join(json.dumps({"label": a, "text": b}) + "\n" for a, b in rows))
    return str(path)


@pytest.fixture(scope="module")
def pack_of(folder: Path) -> Callable[[str], str]:
    """Write a pack of one enforced rule, which finds a word."""
    return lambda word: str(write_pack(folder / f"{word}.yaml", word_rule(word), version="1.2"))


@pytest.fixture(scope="module")
def trained(
    mlflow: MlflowServer, corpus: str, pack_of: Callable[[str], str], folder: Path
) -> dict[str, Any]:
    """What is printed of a training beside a pack that is below its bar, by a lenient gate.

    Trained once, for it takes 10 seconds and more, and what the tests do with it is to read.
    """
    policy = lenient_policy(folder / "lenient.yaml")
    return mlflow.train("--data", corpus, "--rules", pack_of("prize"), "--policy", policy)


@pytest.fixture(scope="module")
def client(mlflow: MlflowServer) -> MlflowClient:
    """Runs and versions of the session's server, whatever registry another test has set."""
    return MlflowClient(mlflow.url, mlflow.url)


def test_rules_and_model_are_one_governed_pair(
    client: MlflowClient, trained: dict[str, Any]
) -> None:
    """Version and run say which pack, how good it is, and how good both are together."""
    version = client.get_model_version(REGISTERED_MODEL, trained["version"])
    digest = trained["rules"]["pack"]["digest"]
    assert version.tags[TAG_RULES_PACK] == "test@1.2"
    assert version.tags[TAG_RULES_DIGEST] == digest
    assert len(digest) == 64

    run = client.get_run(trained["run_id"]).data
    assert run.params["rules.name"] == "test"
    assert run.params["rules.version"] == "1.2"
    assert run.params["rules.digest"] == digest
    assert run.metrics["rules_coverage"] == trained["rules"]["coverage"] == 0.5
    assert run.metrics["rules_ham_false_positive_rate"] == 1 / 20
    assert run.metrics["rules_below_bar"] == 1
    assert run.metrics["left_spam"] == 10
    assert run.metrics["left_ham"] == 19
    system = trained["system"]
    for name in ("f1", "f1_standard_error", "precision", "recall", "ham_false_positive_rate"):
        assert run.metrics[f"system_{name}"] == system[name]
    for name in ("f1", "precision", "recall"):
        assert run.metrics[f"left_{name}"] == system["model"][name]
    assert system["rules"] == {
        "spam": 10, "ham": 1, "missed_spam": 0, "wronged_ham": 1,
        "f1": 20 / 21, "precision": 10 / 11, "recall": 1.0,
    }  # fmt: skip


def test_the_report_lies_beside_the_model(
    client: MlflowClient, trained: dict[str, Any], tmp_path: Path
) -> None:
    """As JSON with the same figures, and as a page with the messages."""
    rules = Path(client.download_artifacts(trained["run_id"], "rules", str(tmp_path)))
    stored: dict[str, Any] = json.loads((rules / "report.json").read_text())
    assert stored["system"] == trained["system"]
    assert stored["rules"]["pack"] == trained["rules"]["pack"]
    assert stored["rules"]["shortfalls"] == trained["rules"]["shortfalls"]
    assert stored["rules"]["rules"][0]["spam_hits"] == 10
    page = (rules / "report.html").read_text()
    assert 'id="system"' in page
    assert "see you at 7y7" in page


def test_the_gate_reports_the_rules_and_asks_nothing_of_them(
    client: MlflowClient, trained: dict[str, Any]
) -> None:
    """Unless told to; the run says by which policy."""
    assert len(trained["rules"]["shortfalls"]) == 3
    assert (trained["gate"]["passed"], trained["gate"]["reasons"]) == (True, [])
    params = client.get_run(trained["run_id"]).data.params
    assert params["gate.policy"].startswith("1@")


def test_the_gate_can_require_rules_and_system(
    mlflow: MlflowServer, corpus: str, pack_of: Callable[[str], str], folder: Path
) -> None:
    """A version is refused for the pack's shortfalls and for the F1 of both together.

    Whoever trains is told so, and sees what the rules take from the model.
    """
    space = folder / "space.yaml"
    space.write_text(SMALL_SPACE)
    asked: dict[str, object] = {"pack": "require", "min_system_f1": 0.99}
    policy = lenient_policy(folder / "strict.yaml", rules=asked)
    refused = mlflow.trainer(
        "train", "--data", corpus, "--rules", pack_of("prize"), "--search-space", str(space),
        "--policy", policy,
    )  # fmt: skip
    assert refused.returncode == 3, refused.stderr
    told = "refused by the gate: "
    lines = refused.stderr.splitlines()
    assert [line.removeprefix(told) for line in lines if line.startswith(told)] == [
        "spam F1 of rules and model 0.9756 is not above 0.99",  # all spam caught, one ham wronged
        "rule prize: precision 0.9091 is below 0.99 (10 spam hits, 1 ham hits)",
        "rule prize: it hits 5% of the ham (1), more than 0.05%",
        "pack test: it decides 5% of the ham as spam (1), more than 0.05%",
    ]
    assert "test 1.2, below the bar in 3 points" in refused.stdout
    assert "decide 50.0% of the spam, wrong 5.00% of the ham" in refused.stdout
    assert "rules and model, spam F1" in refused.stdout


def test_a_pack_at_its_bar_passes_the_gate_that_requires_it(
    mlflow: MlflowServer, corpus: str, pack_of: Callable[[str], str], folder: Path
) -> None:
    """And both together are above what is asked of them."""
    asked: dict[str, object] = {"pack": "require", "min_system_f1": 0.6}
    policy = lenient_policy(folder / "required.yaml", rules=asked)
    done = mlflow.train(
        "--data", corpus, TRAINER_RULES_FILE=pack_of("cash"), TRAINER_GATE_POLICY_FILE=policy
    )
    assert (done["gate"]["passed"], done["gate"]["reasons"]) == (True, [])


def test_a_faulty_pack_ends_before_training(
    mlflow: MlflowServer, client: MlflowClient, corpus: str
) -> None:
    """With one line and exit code 1, and no run is begun."""
    done = mlflow.trainer(
        "train", "--data", corpus, "--rules", "nowhere.yaml", TRAINER_EXPERIMENT="never-begun"
    )
    assert done.returncode == 1
    assert "nowhere.yaml" in done.stderr
    assert client.get_experiment_by_name("never-begun") is None
