import subprocess
import sys

PROGRAM = """
from kit.mlflow_environment import prepare_mlflow
prepare_mlflow(timeout_seconds=3, retries=1)
import mlflow
from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_TIMEOUT
from mlflow.telemetry.client import get_telemetry_client
print(MLFLOW_HTTP_REQUEST_TIMEOUT.get(), get_telemetry_client())
"""


def test_mlflow_is_impatient_and_calls_nobody() -> None:
    """Inside our processes MLflow gives up soon, and has no client for its makers' telemetry."""
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == ["3", "None"]
