"""Settings of the trainer, from variables that begin with `TRAINER_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the trainer can be told from outside; the command line has the rest."""

    model_config = SettingsConfigDict(
        env_prefix="TRAINER_", frozen=True, use_attribute_docstrings=True
    )

    tracking_uri: str = Field(default="http://127.0.0.1:5000", pattern="^https?://")
    """Address of the MLflow server that runs are logged to and versions are registered at."""

    experiment: str = Field(default="hamgate", min_length=1)
    """MLflow experiment that the runs belong to."""

    search_space_file: Path | None = None
    """YAML file with the search space; the one that comes with hamgate if not set."""

    jobs: int | None = Field(default=None, ge=1)
    """Processes to train with; one a core if not set."""

    gate_min_f1: float = Field(default=0.95, ge=0, lt=1)
    """The gate refuses a version whose spam-class F1 is not above this."""

    registry_timeout_seconds: int = Field(default=30, gt=0)
    """How long one call to MLflow may take, in seconds."""
