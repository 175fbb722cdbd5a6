"""How MLflow behaves inside our processes: told by environment variables, before its import."""

import os


def prepare_mlflow(*, timeout_seconds: int, retries: int) -> None:
    """Set MLflow's patience and its silence; call it in `__main__`, before MLflow is imported.

    MLflow's own defaults wait two minutes for an answer, try seven times, and send usage data to
    its makers. A self-hosted filter calls nobody.
    """
    os.environ.update(
        MLFLOW_HTTP_REQUEST_TIMEOUT=str(timeout_seconds),
        MLFLOW_HTTP_REQUEST_MAX_RETRIES=str(retries),
        MLFLOW_DISABLE_TELEMETRY="true",
        DO_NOT_TRACK="true",
        MLFLOW_LOGGING_LEVEL="WARNING",
        MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT="true",
    )
