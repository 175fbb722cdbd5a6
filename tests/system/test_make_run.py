"""What `make run` starts, for real: MLflow, the first training, both services, and their end."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from mlflow import MlflowClient

from fixtures.mlflow import SMALL_SPACE
from fixtures.processes import free_port, kill, wait_until_line, wait_until_ok
from store.engine import open_engine
from store.feedback import read_feedback

READY = "Ctrl-C ends everything"
MARK = "HAMGATE_TEST_RUN"
SPAM = "Congratulations, you have been chosen for a £900 reward! Txt YES to 80123 now, 150p/msg"
HAM = "Could you bring the blue folder to the meeting, please?"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of both runs: free ports, a folder of their own, a small search space."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "space.yaml").write_text(SMALL_SPACE)
    return {
        **os.environ,
        MARK: secrets.token_hex(8),
        "LAPTOP_STATE_FOLDER": str(folder / "state"),
        "GATEWAY_PORT": str(free_port()),
        "INFERENCE_PORT": str(free_port()),
        "LAPTOP_MLFLOW_PORT": str(free_port()),
        "TRAINER_SEARCH_SPACE_FILE": str(folder / "space.yaml"),
    }


@contextmanager
def run(environment: dict[str, str], output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m laptop` until it is ready; kill it at the end if it still runs."""
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "laptop"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        wait_until_line(READY, process, output)
        yield process
    finally:
        kill(process)


def processes_of(environment: dict[str, str]) -> dict[int, str]:
    """Return the commands of all processes that run with this environment's mark, by id."""
    mark = f"{MARK}={environment[MARK]}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # it ended meanwhile
    return found


def classify(environment: dict[str, str], text: str) -> dict[str, object]:
    """Ask the gateway of a run."""
    url = f"http://127.0.0.1:{environment['GATEWAY_PORT']}/v1/classify"
    answer: dict[str, object] = httpx2.post(url, json={"text": text}, timeout=10).json()
    return answer


def check_answers(environment: dict[str, str]) -> None:
    """Check that spam and ham are told apart, by the first version, which is the only one."""
    assert classify(environment, SPAM)["label"] == "spam"
    ham = classify(environment, HAM)
    assert ham["label"] == "ham"
    assert ham["model"] == {"name": "spam-classifier", "version": "1"}
    url = f"http://127.0.0.1:{environment['LAPTOP_MLFLOW_PORT']}"
    versions = MlflowClient(url, url).search_model_versions()
    assert [version.version for version in versions] == ["1"]


def test_everything_runs_twice_and_everything_ends(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The first run trains, the second serves without; either signal leaves no process behind."""
    for signum, trains in ((signal.SIGTERM, True), (signal.SIGINT, False)):
        output = tmp_path / signum.name
        with run(environment, output) as process:
            check_answers(environment)
            assert len(processes_of(environment)) >= 4
            process.send_signal(signum)
            assert process.wait(30) == 0
        assert processes_of(environment) == {}
        printed = output.read_text()
        assert ("training the first one" in printed) is trains
        assert "Traceback" not in printed


def test_mlflow_killed_comes_back_and_nothing_else_changes(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Killing MLflow changes nothing for `/v1/classify`, and it is started again."""
    output = tmp_path / "output"
    with run(environment, output) as process:
        before = classify(environment, HAM)
        for pid, command in processes_of(environment).items():
            if " mlflow" in command:
                os.kill(pid, signal.SIGKILL)
        assert classify(environment, HAM) | {"id": ""} == before | {"id": ""}
        wait_until_line("classification goes on without MLflow", process, output)
        url = f"http://127.0.0.1:{environment['LAPTOP_MLFLOW_PORT']}/health"
        wait_until_ok(url, process, output)
        check_answers(environment)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert processes_of(environment) == {}


def test_the_lines_to_paste_work(environment: dict[str, str], tmp_path: Path) -> None:
    """Each `curl` that is printed can be pasted into a shell; feedback is in the state folder."""
    output = tmp_path / "output"
    with run(environment, output):
        lines = [line for line in output.read_text().splitlines() if "curl " in line]
        verdict, receipt = (answer_to(line[line.index("curl ") :]) for line in lines)
    assert verdict["label"] == "spam"
    assert receipt["repeated"] is False
    engine = open_engine(f"sqlite:///{environment['LAPTOP_STATE_FOLDER']}/hamgate.db")
    kept = [(row.id, row.label, row.reporter) for row in read_feedback(engine)]
    engine.dispose()
    assert kept == [(receipt["feedback"], "spam", "me")]


def answer_to(command: str) -> dict[str, object]:
    """Return what a command prints, which is JSON."""
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=True, timeout=30
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer
