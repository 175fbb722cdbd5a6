"""What every test has: the fixtures of real servers, and an MLflow that is quiet and impatient."""

import hypothesis

from kit.mlflow_environment import prepare_mlflow

prepare_mlflow(timeout_seconds=10, retries=1)

# Machines are loaded and noisy: no test fails for being slow. (Where CI is set, hypothesis has a
# profile of its own, without deadlines and with the same examples each time.)
hypothesis.settings.register_profile("no-deadline", deadline=None)
if hypothesis.settings.get_current_profile_name() == "default":
    hypothesis.settings.load_profile("no-deadline")

pytest_plugins = [
    "fixtures.postgres",  # before those that import it, or pytest cannot rewrite its asserts
    "fixtures.s3",  # the same
    "fixtures.corpus",
    "fixtures.candidates",
    "fixtures.databases",
    "fixtures.mlflow",
    "fixtures.models",
    "fixtures.services",
    "fixtures.versions",
]
