"""What runs on one machine: each program with its command and its environment."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from laptop.settings import Settings
from laptop.state import StateFolder
from laptop.supervisor import Program

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PRIVATE = ["10.*", "192.168.*", *(f"172.{number}.*" for number in range(16, 32))]
_POLL_SECONDS = "2"  # inference looks often here: nobody waits for replicas, someone for the screen


@dataclass(frozen=True)
class Stack:
    """The programs of one machine. The trainer runs once, the others stay."""

    mlflow: Program
    inference: Program
    gateway: Program
    trainer: Program


def build_stack(settings: Settings, state: StateFolder, environ: Mapping[str, str]) -> Stack:
    """Return the programs, each with `environ` and what it has to be told beyond that."""
    base = _base_environment(settings, environ)
    tracking_uri = settings.url(settings.mlflow_port)
    # What the gateway keeps is what the trainer reads, wherever the user wants it to be.
    database = environ.get("GATEWAY_DATABASE_URL") or f"sqlite:///{state.own_database}"
    inference = {
        "INFERENCE_HOST": settings.host,
        "INFERENCE_PORT": str(settings.inference_port),
        "INFERENCE_TRACKING_URI": tracking_uri,
        "INFERENCE_CACHE_DIR": str(state.model_cache),
        "INFERENCE_POLL_SECONDS": environ.get("INFERENCE_POLL_SECONDS", _POLL_SECONDS),
    }
    gateway = {
        "GATEWAY_HOST": settings.host,
        "GATEWAY_PORT": str(settings.gateway_port),
        "GATEWAY_INFERENCE_URL": settings.url(settings.inference_port),
        "GATEWAY_RULES_CACHE_FOLDER": str(state.rules_cache),
        "GATEWAY_DATABASE_URL": database,
        "GATEWAY_DATABASE_MIGRATE": environ.get("GATEWAY_DATABASE_MIGRATE") or "true",
    }
    trainer = {
        "TRAINER_TRACKING_URI": tracking_uri,
        "TRAINER_RULES_CACHE_FOLDER": str(state.rules_cache),
        "TRAINER_DATABASE_URL": environ.get("TRAINER_DATABASE_URL") or database,
        # The rules that are judged with the model are those that will serve with it.
        **_renamed(environ, GATEWAY_RULES_FILE="TRAINER_RULES_FILE"),
        # At a Ctrl-C joblib's helper process tidies up, and would fill the screen with warnings.
        "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
    }
    return Stack(
        mlflow=_mlflow(settings, state, base),
        inference=Program("inference", _python("inference"), base | inference),
        gateway=Program("gateway", _python("gateway"), base | gateway),
        trainer=Program("trainer", _python("trainer", "train"), base | trainer),
    )


def _renamed(environ: Mapping[str, str], **names: str) -> dict[str, str]:
    """Return variables of `environ` under other names, where those are not set themselves."""
    return {
        new: environ[old] for old, new in names.items() if old in environ and new not in environ
    }


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _mlflow(settings: Settings, state: StateFolder, base: Mapping[str, str]) -> Program:
    """Return MLflow's server; its paths are relative, for a `#` or `?` above would end an URI."""
    port = str(settings.mlflow_port)
    command = _python(
        *("mlflow", "server", "--host", settings.host, "--port", port, "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{state.database.name}"),
        *("--artifacts-destination", state.artifacts.name, "--serve-artifacts"),
        *("--allowed-hosts", ",".join(_allowed_hosts(settings))),
    )
    environment = {**base, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    return Program("mlflow", command, environment, folder=state.path)


def _allowed_hosts(settings: Settings) -> list[str]:
    """Return the Host headers that MLflow takes: those of this machine, and the one we listen on.

    MLflow compares them with the port, and refuses every other with 403.
    """
    names = dict.fromkeys(["localhost", "127.0.0.1", "[::1]", settings.host])
    hosts = [f"{name}:{settings.mlflow_port}" for name in names]
    # Patterns, which a name such as 10.evil.example fits too: only where others may call at all.
    return hosts if settings.host in _LOOPBACK else hosts + _PRIVATE


def _base_environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without what would lead the services away from this machine."""
    # An MLFLOW_TRACKING_URI of another project, say, must not get our training.
    kept = {name: value for name, value in environ.items() if not name.startswith("MLFLOW_")}
    given = kept.get("no_proxy") or kept.get("NO_PROXY")
    no_proxy = ",".join(filter(None, (given, "127.0.0.1,localhost,::1", settings.host)))
    telemetry = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    return {**kept, **telemetry, "no_proxy": no_proxy, "NO_PROXY": no_proxy}
