"""Run the trainer: `trainer`, or `python -m trainer`."""

import signal
import sys

from kit.mlflow_environment import prepare_mlflow
from kit.settings import load_or_exit
from trainer.settings import Settings


def main() -> None:
    """Read the settings, then run the command."""
    # As after Ctrl-C: the run is marked as failed, and no training process is left behind.
    signal.signal(signal.SIGTERM, lambda signum, _frame: sys.exit(128 + signum))
    settings = load_or_exit(Settings)
    prepare_mlflow(timeout_seconds=settings.registry_timeout_seconds, retries=2)
    # Behind that: MLflow reads its environment when it is imported.
    from trainer.cli import app  # noqa: PLC0415

    app(obj=settings)


if __name__ == "__main__":
    main()
