"""The whole of the registry: runs and versions by one connection."""

from trainer.registry.runs import Runs
from trainer.registry.versions import Versions


class Registry(Runs, Versions):
    """Logs runs and keeps versions; every call goes to the MLflow server."""
