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
