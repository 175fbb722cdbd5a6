"""`make run` as a user meets it: real processes of fakes, signals, exit codes, what is printed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from laptop.settings import Settings
from laptop.state import StateFolder

RUN_FAKES = str(Path(__file__).with_name("run_fakes.py"))
READY = "Ctrl-C ends everything"
ALIAS = "/api/2.0/mlflow/registered-models/alias"
NO_VERSION = [404, {"error_code": "RESOURCE_DOES_NOT_EXIST"}]
VERSION = [200, {"model_version": {"version": "7"}}]
VERDICT = {"label": "spam", "score": 1.0, "layer": "heuristic", "rule": "prize-premium-number"}

Jobs = dict[str, dict[str, Any]]
Started = Callable[[int], list[int]]
Alive = Callable[[], list[int]]
WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def jobs(settings: Settings, pids: Path) -> Jobs:
    """Return a stack in which all goes well; each service has a grandchild."""
    common = {"pids": str(pids), "grandchild": True}
    ready = {"/readyz": [200, {}], "/v1/classify": [200, VERDICT]}
    return {
        "mlflow": {
            **common,
            "port": settings.mlflow_port,
            "answers": {"/health": [200, {}], ALIAS: VERSION},
        },
        "inference": {**common, "port": settings.inference_port, "answers": ready},
        "gateway": {**common, "port": settings.gateway_port, "answers": ready},
        "trainer": {**common, "says": "training", "seconds": 0},
    }


def environment(settings: Settings) -> dict[str, str]:
    """Return our environment with the settings in it."""
    told = {f"LAPTOP_{name.upper()}": str(value) for name, value in settings}
    ports = {variable: str(port) for _, port, variable in settings.ports()}
    return {**os.environ, **told, **ports}


@pytest.fixture(autouse=True)
def _hanging_up() -> Iterator[None]:
    """Have SIGHUP end what is started here, also where the tests themselves run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@contextmanager
def running(
    jobs: Jobs, settings: Settings, output: Path, stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `laptop` on fakes, with its output in a file; kill it at the end if it still runs."""
    command = [sys.executable, "-W", "error", RUN_FAKES, json.dumps(jobs)]
    with output.open("wb") as file:
        run = subprocess.Popen(
            command, env=environment(settings), stdin=stdin, stdout=file, stderr=file
        )
    try:
        yield run
    finally:
        run.kill()
        run.wait()


def run_to_end(jobs: Jobs, settings: Settings) -> subprocess.CompletedProcess[str]:
    """Run `laptop` on fakes to its end."""
    return subprocess.run(
        [sys.executable, "-W", "error", RUN_FAKES, json.dumps(jobs)],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_is_ready(
    jobs: Jobs,
    settings: Settings,
    tmp_path: Path,
    alive: Alive,
    wait_until: WaitUntil,
    signum: signal.Signals,
) -> None:
    """Once everything is ready a signal ends every process, in order and with exit code 0."""
    output = tmp_path / "output"
    with running(jobs, settings, output) as run:
        wait_until(lambda: READY in output.read_text())
        assert len(alive()) == 6
        run.send_signal(signum)
        assert run.wait(20) == 0
    assert alive() == []
    assert "Traceback" not in output.read_text()


def test_what_is_printed_can_be_used(
    jobs: Jobs, settings: Settings, tmp_path: Path, wait_until: WaitUntil
) -> None:
    """The pages, the logs and the curl lines are each on one line, however narrow the output."""
    output = tmp_path / "output"
    with running(jobs, settings, output):
        wait_until(lambda: READY in output.read_text())
    lines = output.read_text().splitlines()
    assert f"API and its pages     http://127.0.0.1:{settings.gateway_port}/docs" in lines
    assert f"MLflow                http://127.0.0.1:{settings.mlflow_port}" in lines
    curl = next(line for line in lines if line.startswith("try it"))
    assert curl.endswith("""code K52."}'""")
    curl = next(line for line in lines if line.startswith("say what is right"))
    assert curl.endswith(""""label":"spam","reporter":"me"}'""")
    assert any("prize-premium-number" in line for line in lines)


def make_slow(jobs: Jobs, stage: str) -> int:
    """Make the start stay at a stage; return how many processes run then."""
    if stage == "mlflow starts":
        jobs["mlflow"]["answers"]["/health"] = [503, {}]
        return 6
    if stage == "training":
        jobs["mlflow"]["answers"][ALIAS] = NO_VERSION
        jobs["trainer"]["seconds"] = 600
        return 8
    jobs["inference"]["answers"] = {"/readyz": [503, {}]}
    return 6


@pytest.mark.parametrize("stage", ["mlflow starts", "training", "waiting"])
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_stage(
    jobs: Jobs,
    settings: Settings,
    tmp_path: Path,
    started: Started,
    alive: Alive,
    stage: str,
    signum: signal.Signals,
) -> None:
    """Before everything is ready a signal ends every process, with 128 + its number."""
    count = make_slow(jobs, stage)
    output = tmp_path / "output"
    with running(jobs, settings, output) as run:
        assert len(started(count)) == count
        run.send_signal(signum)
        assert run.wait(20) == 128 + signum
    assert alive() == []
    assert "Traceback" not in output.read_text()


@pytest.mark.parametrize("delay", [0.2, 0.4, 0.6, 0.8, 1.0])
def test_a_signal_at_any_moment_leaves_nothing(
    jobs: Jobs,
    settings: Settings,
    tmp_path: Path,
    alive: Alive,
    wait_until: WaitUntil,
    delay: float,
) -> None:
    """Whenever Ctrl-C comes, imports and starts included, nothing is left and nothing is thrown."""
    output = tmp_path / "output"
    with running(jobs, settings, output) as run:
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(delay)
        run.send_signal(signal.SIGINT)
        assert run.wait(20) in {-signal.SIGINT, 128 + signal.SIGINT, 0}
    wait_until(lambda: alive() == [])
    assert "Traceback" not in output.read_text()


def test_a_terminal_that_goes_ends_everything(
    jobs: Jobs, settings: Settings, tmp_path: Path, alive: Alive, wait_until: WaitUntil
) -> None:
    """When the terminal goes and nobody passes its SIGHUP on, everything is ended all the same."""
    output = tmp_path / "output"
    ours, theirs = os.openpty()
    with running(jobs, settings, output, stdin=theirs) as run:
        os.close(theirs)
        wait_until(lambda: READY in output.read_text())
        assert len(alive()) == 6
        os.close(ours)
        assert run.wait(20) == 0
    assert alive() == []


def test_output_that_nobody_reads_ends_everything(
    jobs: Jobs, settings: Settings, alive: Alive, started: Started
) -> None:
    """After `make run | head -1` everything is ended, without a traceback."""
    jobs["mlflow"]["answers"][ALIAS] = NO_VERSION
    command = [sys.executable, RUN_FAKES, json.dumps(jobs)]
    with subprocess.Popen(
        command,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline() == "starting MLflow ...\n"
        run.stdout.close()
        assert "Traceback" not in run.stderr.read()
    assert run.returncode != 0
    assert started(6) != []
    assert alive() == []


def test_to_be_killed_leaves_nothing(
    jobs: Jobs, settings: Settings, tmp_path: Path, alive: Alive, wait_until: WaitUntil
) -> None:
    """After SIGKILL to `laptop` itself its watchdog ends every process."""
    output = tmp_path / "output"
    with running(jobs, settings, output) as run:
        wait_until(lambda: READY in output.read_text())
        assert len(alive()) == 6
        run.kill()
        wait_until(lambda: alive() == [])


def test_a_second_signal_ends_the_stubborn_at_once(
    jobs: Jobs, settings: Settings, tmp_path: Path, alive: Alive, wait_until: WaitUntil
) -> None:
    """The second Ctrl-C kills what ignores the first one."""
    jobs["inference"]["stubborn"] = True
    output = tmp_path / "output"
    patient = settings.model_copy(update={"grace_seconds": 300.0})
    with running(jobs, patient, output) as run:
        wait_until(lambda: READY in output.read_text())
        run.send_signal(signal.SIGINT)
        wait_until(lambda: len(alive()) == 2)
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 0
    assert alive() == []


@pytest.mark.parametrize("name", ["inference", "gateway"])
def test_a_service_that_ends_ends_everything(
    jobs: Jobs, settings: Settings, state: StateFolder, alive: Alive, name: str
) -> None:
    """A service that ends by itself is named with its exit code and its log; the rest is ended."""
    jobs[name] |= {"says": "out of [bold]paper[/]", "seconds": 1.5, "exit_code": 9}
    ended = run_to_end(jobs, settings)
    assert ended.returncode == 1
    assert ended.stderr == (
        f"hamgate: {name} ended with exit code 9; its log is {state.logs / name}.log, "
        "which ends:\n    out of [bold]paper[/]\n"
    )
    assert alive() == []


def test_a_service_that_cannot_start_is_told_during_the_wait(
    jobs: Jobs, settings: Settings, alive: Alive
) -> None:
    """When MLflow ends before it answers, nobody waits until the time is over."""
    jobs["mlflow"] = {"says": "no such table", "seconds": 0, "exit_code": 1}
    patient = settings.model_copy(update={"startup_seconds": 500.0})
    ended = run_to_end(jobs, patient)
    assert ended.returncode == 1
    assert "no such table" in ended.stderr
    assert alive() == []


def test_the_first_run_trains(
    jobs: Jobs, settings: Settings, tmp_path: Path, wait_until: WaitUntil
) -> None:
    """Without a version that serves the trainer runs, its output to be seen."""
    jobs["mlflow"]["answers"][ALIAS] = NO_VERSION
    output = tmp_path / "output"
    with running(jobs, settings, output):
        wait_until(lambda: READY in output.read_text())
    assert "\ntraining\n" in output.read_text()


def test_the_second_run_does_not_train(
    jobs: Jobs, settings: Settings, tmp_path: Path, wait_until: WaitUntil
) -> None:
    """With a version that serves no trainer runs."""
    jobs["trainer"]["exit_code"] = 1
    output = tmp_path / "output"
    with running(jobs, settings, output):
        wait_until(lambda: READY in output.read_text())
    assert "training" not in output.read_text()
    assert "loading model v7" in output.read_text()


@pytest.mark.parametrize(
    ("exit_code", "message"), [(3, "the gate refused"), (1, "training ended with exit code 1")]
)
def test_a_training_that_fails_ends_everything(
    jobs: Jobs, settings: Settings, alive: Alive, exit_code: int, message: str
) -> None:
    """A refused or failed first training is one line on stderr and exit code 1."""
    jobs["mlflow"]["answers"][ALIAS] = NO_VERSION
    jobs["trainer"]["exit_code"] = exit_code
    ended = run_to_end(jobs, settings)
    assert ended.returncode == 1
    assert message in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert alive() == []


def test_an_interrupted_first_start_leaves_a_note(
    jobs: Jobs, settings: Settings, tmp_path: Path, state: StateFolder, started: Started
) -> None:
    """A database that MLflow had not finished at Ctrl-C is made anew by the next run."""
    make_slow(jobs, "mlflow starts")
    with running(jobs, settings, tmp_path / "output") as run:
        started(6)
        state.database.write_text("half")
        run.send_signal(signal.SIGINT)
        run.wait(20)
    state.begin_database()
    assert not state.database.exists()


def real_laptop(settings: Settings, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m laptop` itself, for what ends before anything is started."""
    return subprocess.run(
        [sys.executable, "-m", "laptop"],
        env={**environment(settings), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_unusable_folder_is_one_line(settings: Settings, state: StateFolder) -> None:
    """A file in place of the state folder is one line on stderr and exit code 1."""
    state.path.write_text("")
    ended = real_laptop(settings)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"hamgate: the state folder {state.path} is a file")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_a_bad_setting_is_one_line(settings: Settings) -> None:
    """A setting that cannot be used is one line on stderr that names it, and exit code 2."""
    ended = real_laptop(settings, GATEWAY_PORT="eighty")
    assert ended.returncode == 2
    assert ended.stderr.startswith("GATEWAY_PORT: ")
    assert ended.stderr.count("\n") == 1
