"""What every test has: the fixtures of real servers, and an MLflow that is quiet and impatient."""

from kit.mlflow_environment import prepare_mlflow

prepare_mlflow(timeout_seconds=10, retries=1)

pytest_plugins = [
    "fixtures.corpus",
    "fixtures.mlflow",
    "fixtures.models",
    "fixtures.s3",
    "fixtures.services",
]
