"""The connection to an MLflow server, and its errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException, RestException

from kit.registry import MISSING_CODES
from trainer.errors import RegistryUnavailable, TrainerError


class Connection:
    """A client of a server, and the experiment that its runs belong to."""

    def __init__(self, tracking_uri: str, experiment: str) -> None:
        """Use the server at `tracking_uri`, and log runs to `experiment`.

        Raises:
            RegistryUnavailable: The server does not answer.
        """
        self._uri = tracking_uri
        # `Model.log` knows no client, only this setting of the process.
        mlflow.set_tracking_uri(tracking_uri)
        mlflow.set_registry_uri(tracking_uri)
        self._client = MlflowClient(tracking_uri, tracking_uri)
        with self._translated():
            found = self._client.get_experiment_by_name(experiment)
            self._experiment_id: str = (
                found.experiment_id if found else self._client.create_experiment(experiment)
            )

    @contextmanager
    def _translated(self, missing: TrainerError | None = None) -> Iterator[None]:
        """Turn MLflow's errors into ours; `missing` is raised if what is asked for is not there."""
        try:
            yield
        except MlflowException as error:
            if missing and error.error_code in MISSING_CODES:
                raise missing from error
            if isinstance(error, RestException):
                msg = f"MLflow at {self._uri} refused: {error.message}"
            elif not str(error.message).startswith("API request to"):  # it never got so far
                msg = f"MLflow's client failed: {error.message}"
            else:
                msg = (
                    f"MLflow at {self._uri} does not answer. Is it running (`make run` starts "
                    f"one), and is TRAINER_TRACKING_URI its address? ({error.message})"
                )
            raise RegistryUnavailable(msg) from error
        except OSError as error:  # of requests, while files go to the artifact store
            msg = f"files could not be exchanged with MLflow at {self._uri}: {error}"
            raise RegistryUnavailable(msg) from error
