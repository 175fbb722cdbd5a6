import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient

from fixtures.gate import write_policy
from fixtures.mlflow import SMALL_SPACE, MlflowServer
from fixtures.processes import free_port, running, wait_until_line
from fixtures.versions import Shelf
from kit.registry import GATE_PASSED, TAG_GATE


@pytest.fixture
def space(tmp_path: Path) -> str:
    """A file with the small search space."""
    path = tmp_path / "space.yaml"
    path.write_text(SMALL_SPACE)
    return str(path)


def test_train_promotes_and_logs(any_registry: MlflowServer) -> None:
    """A version that passes serves; its run has the data, the measures and a run a candidate."""
    trained = any_registry.train("--seed", "3", TRAINER_ACTOR="anna@laptop")
    gate = trained["gate"]
    assert (gate["passed"], gate["reasons"], gate["champion"]) == (True, [], None)
    assert gate["power"]["good_refused"] < 0.05
    assert trained["promoted"]
    assert trained["report"]["f1"] > 0.95
    assert trained["report"]["f1_standard_error"] < 0.007

    client = MlflowClient(any_registry.url)
    run = client.get_run(trained["run_id"])
    assert run.info.status == "FINISHED"
    assert run.data.params["seed"] == "3"
    assert run.data.params["data.kept"] == "4533"
    assert len(run.data.params["data.digest"]) == 64
    assert run.data.metrics["f1"] == trained["report"]["f1"]
    children = client.search_runs(
        [run.info.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'"
    )
    assert [child.info.run_name for child in children] == [
        "char_wb 2-4, marks 0.1, min_df 2, C 100"
    ]
    assert children[0].data.metrics["cv_f1"] > 0.95

    status = json.loads(any_registry.trainer("status", "--json").stdout)
    assert status["production"] == trained["version"]
    promoted = status["versions"][0]["promoted"]
    assert promoted["by"] == "anna@laptop"
    assert promoted["reason"] == "trained, and let through by the gate"


def test_the_gate_refuses_with_exit_code_3(
    empty_registry: MlflowServer, space: str, tmp_path: Path
) -> None:
    """The version is registered as refused, the number that fell short is named."""
    policy = write_policy(tmp_path / "policy.yaml", f1={"min": 0.999})
    done = empty_registry.trainer("train", "--search-space", space, "--policy", policy)
    assert done.returncode == 3, done.stderr
    assert "is not above 0.999" in done.stderr.splitlines()[-1]
    status = json.loads(empty_registry.trainer("status", "--json").stdout)
    assert status["production"] is None
    assert [row["gate"] for row in status["versions"]] == ["refused"]
    promoted = empty_registry.trainer("promote", status["versions"][0]["version"])
    assert promoted.returncode == 3
    assert "is not above 0.999" in promoted.stderr


def test_no_promote_leaves_the_alias_alone(empty_registry: MlflowServer) -> None:
    """`--no-promote` trains and judges; `promote` and `status` do the rest, in words too."""
    trained = empty_registry.train("--no-promote")
    assert not trained["promoted"]
    assert "Production is version" in empty_registry.trainer("promote", "--reason", "go").stdout
    shown = empty_registry.trainer("status", TRAINER_INFERENCE_URL="http://127.0.0.1:1").stdout
    for word in ("Production", "passed", "go", "http://127.0.0.1:1 does not say what it serves"):
        assert word in shown


def test_a_users_own_file(empty_registry: MlflowServer, space: str, tmp_path: Path) -> None:
    """A CSV with other columns and labels is trained on; 40 messages do not pass the gate."""
    rows = [f'"win prize {n}",1\n"see you at {n}",0\n' for n in range(20)]
    path = tmp_path / "own.csv"
    path.write_text("message,is_spam\n" + "".join(rows))
    options = ("--text-column", "message", "--label-column", "is_spam", "--spam", "1", "--ham", "0")
    done = empty_registry.trainer(
        "train", "--json", "--search-space", space, "--data", str(path), *options
    )
    assert done.returncode in (0, 3), done.stderr
    assert json.loads(done.stdout)["report"]["messages"] == 40


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("train", "--data", "nowhere.csv"), 1, "nowhere.csv"),
        (("train", "--data", "corpus.docx"), 1, "corpus.docx"),
        (("train", "--search-space", "nowhere.yaml"), 1, "nowhere.yaml"),
        (("train", "--policy", "nowhere.yaml"), 1, "nowhere.yaml"),
        (("gate",), 1, "no version yet"),
        (("gate", "7"), 1, "no version 7"),
        (("train", "--seed", "-1"), 2, "--seed"),
        (("train", "--spam", "x", "--ham", "x"), 1, "both"),
        (("rollback",), 1, "nothing serves"),
        (("challenger",), 1, "let through"),
        (("challenger", "1", "--clear"), 2, "--clear"),
        (("fly",), 2, "No such command"),
    ],
)
def test_errors_are_one_line_and_a_code(
    empty_registry: MlflowServer, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """Each says what is wrong, without a traceback."""
    done = empty_registry.trainer(*arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_sigterm_leaves_a_failed_run_and_no_process(empty_registry: MlflowServer) -> None:
    """As a Job in a cluster is ended, in the middle of training: nothing goes on."""
    environment = {**empty_registry.environment(), "TRAINER_EXPERIMENT": "ended"}
    client = MlflowClient(empty_registry.url)
    log = empty_registry.folder / "ended.log"
    with running(["trainer", "train"], environment, log) as process:
        wait_until_line("messages", process, log)
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 128 + signal.SIGTERM
        assert not group_lives(process.pid)
    experiment = client.get_experiment_by_name("ended")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert [run.info.status for run in runs] == ["FAILED"]


def group_lives(group: int) -> bool:
    """Return whether a process of the group is there, after a moment to be gone."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


def test_errors_are_json_too(empty_registry: MlflowServer) -> None:
    """With `--json` a program reads the error where it would have read the answer."""
    done = empty_registry.trainer("rollback", "--json")
    assert done.returncode == 1
    assert "nothing serves" in json.loads(done.stdout)["error"]


def test_mlflow_away(empty_registry: MlflowServer) -> None:
    """Without a server the message has its address and says what to do."""
    url = f"http://127.0.0.1:{free_port()}"
    done = empty_registry.trainer("status", TRAINER_TRACKING_URI=url)
    assert done.returncode == 1
    assert url in done.stderr
    assert "make run" in done.stderr


def test_a_bad_setting_is_one_line(empty_registry: MlflowServer) -> None:
    """The line names the variable."""
    done = empty_registry.trainer("status", TRAINER_JOBS="many")
    assert done.returncode == 2
    assert done.stderr.startswith("TRAINER_JOBS: ")


def test_a_challenger_is_named_and_withdrawn(shelf: Shelf) -> None:
    """In words and as JSON; it does not serve."""
    number = shelf.put(None, **{TAG_GATE: GATE_PASSED}).version
    assert shelf.server.trainer("challenger").stdout == f"Challenger is version {number}\n"
    status = json.loads(shelf.server.trainer("status", "--json").stdout)
    assert (status["challenger"], status["production"]) == (number, None)
    cleared = shelf.server.trainer("challenger", "--clear", "--json")
    assert json.loads(cleared.stdout) == {"challenger": None}
    assert "no Challenger" in shelf.server.trainer("challenger", "--clear").stdout


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://root:hunter2@db/hamgate", "TRAINER_DATABASE_URL cannot be used"),
        (f"postgresql://root:hunter2@127.0.0.1:{free_port()}/hamgate", "TRAINER_DATABASE_URL does"),
    ],
)
def test_without_locks_nothing_is_promoted(shelf: Shelf, url: str, message: str) -> None:
    """The database away, or no database: one line that says so, without the password."""
    shelf.put(None, **{TAG_GATE: GATE_PASSED})
    done = shelf.server.trainer("promote", TRAINER_DATABASE_URL=url)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert message in line
    assert "hunter2" not in line
    assert json.loads(shelf.server.trainer("status", "--json").stdout)["production"] is None


def test_help_reads_like_a_product() -> None:
    """`trainer --help` has every command and the exit codes."""
    command = Path(sys.executable).with_name("trainer")
    shown = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    panels = ("Training", "Registry", "Rules")
    for word in (*panels, "train", "gate", "promote", "rollback", "challenger", "status", "rules"):
        assert f" {word} " in shown
    assert "3 refused by the gate" in shown


def test_a_signing_key_that_cannot_be_used_stops_before_the_training(
    empty_registry: MlflowServer, tmp_path: Path
) -> None:
    """It is said in one line, and no run is left behind."""
    path = tmp_path / "none.pem"
    done = empty_registry.trainer("train", TRAINER_SIGNING_KEY_FILE=str(path))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"the signing key {path} cannot be read" in line
    assert json.loads(empty_registry.trainer("status", "--json").stdout)["versions"] == []
