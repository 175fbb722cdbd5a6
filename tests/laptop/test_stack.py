"""What each program is told."""

import pytest
from pydantic_settings import BaseSettings

from gateway.settings import Settings as GatewaySettings
from inference.settings import Settings as InferenceSettings
from laptop.settings import Settings
from laptop.stack import Stack, build_stack
from laptop.state import StateFolder
from trainer.settings import Settings as TrainerSettings


@pytest.fixture
def stack(settings: Settings, state: StateFolder) -> Stack:
    """Return the stack of an environment with a few traps in it."""
    environ = {"PATH": "/bin", "MLFLOW_TRACKING_URI": "http://elsewhere", "no_proxy": "corp.lan"}
    return build_stack(settings, state, environ)


@pytest.mark.parametrize(
    ("program", "service"),
    [
        ("gateway", GatewaySettings),
        ("inference", InferenceSettings),
        ("trainer", TrainerSettings),
    ],
)
def test_every_variable_is_a_setting(
    stack: Stack, program: str, service: type[BaseSettings]
) -> None:
    """What a service is told is a field of its settings: a misspelt one would be ignored."""
    prefix = f"{program.upper()}_"
    told = [n for n in getattr(stack, program).environment if n.startswith(prefix)]
    assert told
    assert {n.removeprefix(prefix).lower() for n in told} <= set(service.model_fields)


def test_the_services_find_each_other(
    stack: Stack, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each service, as it reads its own variables, listens where the others look for it."""
    for program in (stack.gateway, stack.inference, stack.trainer):
        for name, value in program.environment.items():
            monkeypatch.setenv(name, value)
    gateway, inference = GatewaySettings(), InferenceSettings()
    mlflow = settings.url(settings.mlflow_port)
    assert gateway.port == settings.gateway_port
    assert str(gateway.inference_url) == f"http://{inference.host}:{inference.port}/"
    assert inference.tracking_uri == TrainerSettings().tracking_uri == mlflow
    assert str(settings.mlflow_port) in stack.mlflow.command


def test_inference_looks_for_a_model_as_often_as_the_user_says(
    settings: Settings, state: StateFolder
) -> None:
    """Often by default, for someone watches the screen; the user's own setting comes first."""
    assert build_stack(settings, state, {}).inference.environment["INFERENCE_POLL_SECONDS"] == "2"
    told = build_stack(settings, state, {"INFERENCE_POLL_SECONDS": "9"})
    assert told.inference.environment["INFERENCE_POLL_SECONDS"] == "9"


@pytest.mark.parametrize("host", ["127.0.0.1", "box.lan", "0.0.0.0"])  # noqa: S104 - not bound
def test_mlflow_takes_the_address_that_we_give_out(
    settings: Settings, state: StateFolder, host: str
) -> None:
    """The Host header of every address that is printed or called is one that MLflow allows."""
    told = settings.model_copy(update={"host": host})
    command = build_stack(told, state, {}).mlflow.command
    allowed = command[command.index("--allowed-hosts") + 1].split(",")
    assert told.url(told.mlflow_port).removeprefix("http://") in allowed
    assert f"localhost:{told.mlflow_port}" in allowed
    assert "*" not in allowed
    assert ("10.*" in allowed) is (host != "127.0.0.1")


def test_nothing_leads_away_from_this_machine(stack: Stack) -> None:
    """Another project's MLflow, a proxy or telemetry gets nothing of ours."""
    for program in (stack.mlflow, stack.gateway, stack.inference, stack.trainer):
        environment = program.environment
        assert "MLFLOW_TRACKING_URI" not in environment
        assert environment["no_proxy"].split(",")[:2] == ["corp.lan", "127.0.0.1"]
        assert environment["NO_PROXY"] == environment["no_proxy"]
        assert environment["DO_NOT_TRACK"] == environment["MLFLOW_DISABLE_TELEMETRY"] == "true"
        assert environment["PATH"] == "/bin"


@pytest.mark.parametrize(
    "environ", [{}, {"GATEWAY_DATABASE_URL": "postgresql://anna:secret@db/hamgate"}]
)
def test_the_trainer_reads_what_the_gateway_keeps(
    settings: Settings,
    state: StateFolder,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both have one database, in the state folder unless the user has another; it is migrated."""
    stack = build_stack(settings, state, environ)
    for program in (stack.gateway, stack.trainer):
        for name, value in program.environment.items():
            monkeypatch.setenv(name, value)
    gateway = GatewaySettings()
    expected = environ.get("GATEWAY_DATABASE_URL") or f"sqlite:///{state.path}/hamgate.db"
    assert gateway.database_url is not None
    assert gateway.database_url.get_secret_value() == expected
    assert TrainerSettings().database_url == gateway.database_url
    assert gateway.database_migrate


def test_mlflow_keeps_everything_in_the_state_folder(stack: Stack, state: StateFolder) -> None:
    """MLflow's database and artifacts lie in its working directory, the state folder."""
    assert stack.mlflow.folder == state.path
    assert f"sqlite:///{state.database.relative_to(state.path)}" in stack.mlflow.command
    assert str(state.artifacts.relative_to(state.path)) in stack.mlflow.command


def test_compiled_rules_are_shared(
    stack: Stack, state: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the trainer compiled the gateway need not: both keep packs in the state folder."""
    for program in (stack.gateway, stack.trainer):
        for name, value in program.environment.items():
            monkeypatch.setenv(name, value)
    folder = state.path / "rules-cache"
    assert GatewaySettings().rules_cache_folder == TrainerSettings().rules_cache_folder == folder


@pytest.mark.parametrize(
    ("environ", "judged"),
    [
        ({}, None),
        ({"GATEWAY_RULES_FILE": "mine.yaml"}, "mine.yaml"),
        ({"GATEWAY_RULES_FILE": "mine.yaml", "TRAINER_RULES_FILE": "next.yaml"}, "next.yaml"),
        ({"TRAINER_RULES_FILE": "next.yaml"}, "next.yaml"),
    ],
)
def test_the_rules_that_are_judged_are_those_that_serve(
    settings: Settings, state: StateFolder, environ: dict[str, str], judged: str | None
) -> None:
    """The trainer measures the gateway's pack, unless it is told of another; never vice versa."""
    stack = build_stack(settings, state, environ)
    assert stack.trainer.environment.get("TRAINER_RULES_FILE") == judged
    served = environ.get("GATEWAY_RULES_FILE")
    assert stack.gateway.environment.get("GATEWAY_RULES_FILE") == served
