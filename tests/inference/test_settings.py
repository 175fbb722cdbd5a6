import pytest

from inference.settings import Settings
from kit.settings import load_or_exit


def test_mlflows_own_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """By MLflow's names, and their secrets are in nothing that is printed."""
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ann")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pass word")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "t0ken")
    monkeypatch.setenv("MLFLOW_TRACKING_INSECURE_TLS", "true")
    monkeypatch.setenv("INFERENCE_WEBHOOK_SECRET", "hush")
    settings = Settings()
    assert settings.tracking_username == "ann"
    assert settings.tracking_insecure_tls
    assert settings.tracking_password is not None
    assert settings.tracking_password.get_secret_value() == "pass word"
    printed = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert not [secret for secret in ("pass word", "t0ken", "hush") if secret in printed]


def test_certificates_are_checked_one_way_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Authorities to check by and no check at all contradict each other, as MLflow says too."""
    monkeypatch.setenv("MLFLOW_TRACKING_INSECURE_TLS", "true")
    monkeypatch.setenv("MLFLOW_TRACKING_SERVER_CERT_PATH", "/ca.pem")
    with pytest.raises(SystemExit):
        load_or_exit(Settings)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("MLFLOW_TRACKING_SERVER_CERT_PATH: ")
    assert "MLFLOW_TRACKING_INSECURE_TLS" in line


def test_mlflows_address_has_no_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is in `/readyz` and in the log; the line says where a password belongs."""
    monkeypatch.setenv("INFERENCE_TRACKING_URI", "http://admin:hunter2@mlflow")
    with pytest.raises(SystemExit):
        load_or_exit(Settings)
    (line,) = capsys.readouterr().err.splitlines()
    assert "MLFLOW_TRACKING_PASSWORD" in line
    assert "hunter2" not in line
