"""Run the model server: `python -m inference`."""

from inference.settings import Settings
from kit.logs import configure_logs
from kit.mlflow_environment import prepare_mlflow
from kit.server import serve
from kit.settings import load_or_exit


def main() -> None:
    """Read the settings, then serve until told to stop."""
    settings = load_or_exit(Settings)
    configure_logs("inference", settings.log_level)
    # One retry: the next poll is the better one.
    prepare_mlflow(timeout_seconds=settings.registry_timeout_seconds, retries=1)
    # Behind the settings: importing MLflow and scikit-learn takes seconds, a bad setting none.
    from inference.app import create_app  # noqa: PLC0415

    serve(create_app(settings), settings, settings.port)


if __name__ == "__main__":
    main()
