import pytest

from kit.settings import load_or_exit
from trainer.settings import Settings


def test_mlflows_address_has_no_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is in messages and logs; a password is for MLflow's own variables, as the line says."""
    monkeypatch.setenv("TRAINER_TRACKING_URI", "http://admin:hunter2@mlflow")
    with pytest.raises(SystemExit):
        load_or_exit(Settings)
    (line,) = capsys.readouterr().err.splitlines()
    assert "MLFLOW_TRACKING_PASSWORD" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("address", [None, "dask:8786"])
def test_dask_needs_the_address_of_a_scheduler(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str | None
) -> None:
    """Without one, or with what is none, no command begins; the line names the variable."""
    monkeypatch.setenv("TRAINER_EXECUTOR", "dask")
    if address:
        monkeypatch.setenv("TRAINER_DASK_SCHEDULER", address)
    with pytest.raises(SystemExit):
        load_or_exit(Settings)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("TRAINER_DASK_SCHEDULER: ")


def test_the_databases_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever prints the settings does not print it."""
    monkeypatch.setenv("TRAINER_DATABASE_URL", "postgresql://hamgate:hunter2@db/hamgate")
    settings = load_or_exit(Settings)
    assert "hunter2" not in repr(settings)
    assert settings.database_url.get_secret_value().endswith("hunter2@db/hamgate")


def test_the_model_servers_address_has_no_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`trainer status` shows it."""
    monkeypatch.setenv("TRAINER_INFERENCE_URL", "http://admin:hunter2@inference")
    with pytest.raises(SystemExit):
        load_or_exit(Settings)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("TRAINER_INFERENCE_URL: ")
    assert "hunter2" not in line
