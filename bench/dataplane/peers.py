"""The peers, each in an environment of its own below `.venv/peers`; `make bench-peers` makes them.

They serve the character pipeline that hamgate serves, from the same file; rspamd has its own Bayes
classifier, trained on the corpus.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import mlflow.sklearn

from bench.dataplane import wire
from bench.dataplane.place import Place
from bench.dataplane.processes import ROOT, Deployed, free_port, running, wait_until_ok
from kit.registry import REGISTERED_MODEL
from trainer.dataset.load import load

FILES = ROOT / "bench" / "peers"
_ENVIRONMENTS = ROOT / ".venv" / "peers"
_BATCH = 64
_BATCH_SECONDS = 0.001
_LEARNED_SHARE = 0.9


def installed(deployment: str) -> bool:
    """Return whether a peer can be run."""
    if deployment == "rspamd":
        return all(shutil.which(name) for name in ("rspamd", "rspamc", "redis-server"))
    return (_ENVIRONMENTS / deployment / "bin" / "python").exists()


def version(deployment: str) -> dict[str, str]:
    """Return the version of a peer that is installed, by its package's name."""
    if deployment == "rspamd":
        said = subprocess.run(["rspamd", "--version"], capture_output=True, text=True, check=True)  # noqa: S607
        return {"rspamd": said.stdout.split()[-1]}
    script = f"import importlib.metadata as m; print(m.version({deployment!r}))"
    python = _program(deployment, "python")
    said = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    return {f"{deployment} (peer)": said.stdout.strip()}


def _environment(name: str, **more: str) -> Mapping[str, str]:
    """Return variables that lead a peer to its own packages and not to ours."""
    folder = _ENVIRONMENTS / name / "bin"
    kept = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": "", **more}
    return kept | {"MLFLOW_DISABLE_TELEMETRY": "true", "BENTOML_DO_NOT_TRACK": "true"}


def _program(peer: str, name: str) -> str:
    return str(_ENVIRONMENTS / peer / "bin" / name)


@contextmanager
def mlflow_serve(place: Place) -> Iterator[Deployed]:
    """Run `mlflow models serve` on the pipeline, saved so that it answers with probabilities."""
    port, log, folder = free_port(), place.log("mlflow-serve"), place.folder / "mlflow-model"
    mlflow.sklearn.save_model(
        place.models["char"].pipeline,
        folder,
        pyfunc_predict_fn="predict_proba",
        serialization_format="skops",
        pip_requirements=["scikit-learn", "skops"],
    )
    command = (
        *(_program("mlflow", "mlflow"), "models", "serve", "--model-uri", str(folder)),
        *("--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
    )
    environment = _environment("mlflow", UVICORN_ACCESS_LOG="false")
    with running(command, log, core=place.cores.server, environment=environment) as process:
        wait_until_ok(f"http://127.0.0.1:{port}/health", process, log)
        yield Deployed(f"http://127.0.0.1:{port}", {"mlflow": process.pid})


@contextmanager
def mlserver(place: Place) -> Iterator[Deployed]:
    """Run MLServer with `bench/peers/mlserver/runtime.py`."""
    port, log, folder = free_port(), place.log("mlserver"), place.folder / "mlserver"
    folder.mkdir()
    settings = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        "parallel_workers": 0,
        "debug": False,
    }
    model = {
        "name": REGISTERED_MODEL,
        "implementation": "runtime.Spam",
        "max_batch_size": _BATCH,
        "max_batch_time": _BATCH_SECONDS,
        "parameters": {"uri": str(place.models["char"].file)},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / "model-settings.json").write_text(json.dumps(model))
    command = (_program("mlserver", "mlserver"), "start", str(folder))
    environment = {**_environment("mlserver"), "PYTHONPATH": str(FILES / "mlserver")}
    with running(command, log, core=place.cores.server, environment=environment) as process:
        wait_until_ok(f"http://127.0.0.1:{port}/v2/health/ready", process, log)
        yield Deployed(f"http://127.0.0.1:{port}", {"mlserver": process.pid})


@contextmanager
def bentoml(place: Place) -> Iterator[Deployed]:
    """Run BentoML with `bench/peers/bentoml/service.py`."""
    port, log = free_port(), place.log("bentoml")
    command = (
        *(_program("bentoml", "bentoml"), "serve", "service:Spam"),
        *("--working-dir", str(FILES / "bentoml"), "--host", "127.0.0.1", "--port", str(port)),
    )
    environment = _environment(
        "bentoml",
        BENCH_MODEL=str(place.models["char"].file),
        BENTOML_HOME=str(place.folder / "bentoml"),
    )
    with running(command, log, core=place.cores.server, environment=environment) as process:
        wait_until_ok(f"http://127.0.0.1:{port}/readyz", process, log)
        yield Deployed(f"http://127.0.0.1:{port}", {"bentoml": process.pid})


@contextmanager
def rspamd(place: Place) -> Iterator[Deployed]:
    """Run rspamd with its Bayes classifier before Redis, and teach it the corpus."""
    folder = place.folder / "rspamd"
    folder.mkdir()
    # Without root's rights, which rspamd gives up: its folder has to be open to it.
    place.folder.chmod(0o755)
    folder.chmod(0o777)
    ports = {name: free_port() for name in ("normal", "controller", "redis")}
    config = folder / "rspamd.conf"
    template = (FILES / "rspamd.conf").read_text()
    for name, value in {"folder": str(folder), **ports}.items():
        template = template.replace(f"@{name}@", str(value))
    config.write_text(template)
    redis_command = (
        *("redis-server", "--bind", "127.0.0.1", "--port", str(ports["redis"])),
        *("--save", "", "--appendonly", "no", "--dir", str(folder)),
    )
    command = ("rspamd", "--config", str(config), "--no-fork", "--insecure")
    core, log = place.cores.server, place.log("rspamd")
    with (
        running(redis_command, place.log("redis"), core=core) as redis,
        running(command, log, core=core) as process,
    ):
        wait_until_ok(f"http://127.0.0.1:{ports['normal']}/ping", process, log)
        _teach(folder, ports["controller"])
        yield Deployed(
            f"http://127.0.0.1:{ports['normal']}", {"rspamd": process.pid, "redis": redis.pid}
        )


def _teach(folder: Path, port: int) -> None:
    """Teach rspamd every message of the corpus.

    Raises:
        SystemExit: It did not learn most of them (what is too short it leaves out).
    """
    corpus = load("demo")
    for label in ("ham", "spam"):
        (folder / label).mkdir()
    for number, (text, label) in enumerate(zip(corpus.texts, corpus.labels, strict=True)):
        (folder / label / f"{number}.eml").write_bytes(wire.mail(text))
    learned = 0
    for label in ("ham", "spam"):
        command = ("rspamc", "-h", f"127.0.0.1:{port}", f"learn_{label}", str(folder / label))
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        learned += done.stdout.count("success = true")
    if learned < _LEARNED_SHARE * len(corpus.texts):
        sys.exit(f"rspamd learned {learned} of {len(corpus.texts)} messages only")
