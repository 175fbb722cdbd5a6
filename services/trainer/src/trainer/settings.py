"""Settings of the trainer, from variables that begin with `TRAINER_`."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.settings import MlflowAddress


class Settings(BaseSettings):
    """What the trainer can be told from outside; the command line has the rest."""

    model_config = SettingsConfigDict(
        env_prefix="TRAINER_", frozen=True, use_attribute_docstrings=True, env_ignore_empty=True
    )

    tracking_uri: MlflowAddress = "http://127.0.0.1:5000"
    """Address of the MLflow server that runs are logged to and versions are registered at, without
    user and password: MLflow's own variables are for them."""

    experiment: str = Field(default="hamgate", min_length=1)
    """MLflow experiment that the runs belong to."""

    search_space_file: Path | None = None
    """YAML file with the search space; the one that comes with hamgate if not set."""

    rules_file: Path | None = None
    """Rule pack that is measured, and that a version is trained to serve with; the one that comes
    with hamgate if not set."""

    rules_cache_folder: Path | None = None
    """Folder in which compiled rules are kept, so that the next start is quick; nowhere if not set.
    Only what runs as the same user may be able to write there: what is in it is run."""

    rule_policy_file: Path | None = None
    """YAML file with the bar of the rules; the one that comes with hamgate if not set."""

    jobs: int | None = Field(default=None, ge=1)
    """Processes to train with; one a core if not set."""

    gate_min_f1: float = Field(default=0.95, ge=0, lt=1)
    """The gate refuses a version whose spam-class F1 is not above this."""

    gate_min_system_f1: float | None = Field(default=None, ge=0, lt=1)
    """The gate refuses a version with which the spam-class F1 of rules and model together is not
    above this; not asked if not set."""

    gate_rules: Literal["report", "require"] = "report"
    """`require`: the gate refuses a version while the rule pack is below its bar; `report` only
    stores the rules' report beside it."""

    signing_key_file: Path | None = None
    """PEM file with a private key, on the curve P-256, P-384 or P-521, that versions are signed
    with; unsigned if not set."""

    log_corpus: bool = True
    """Whether a training keeps, among its run's artifacts, the messages that the version was fitted
    on: whoever may read the run's artifacts reads them. Without them, `trainer reproduce` needs the
    corpus where it was, unchanged."""

    lock_file: Path | None = None
    """Lock file that the environment was installed from; its SHA-256 goes into the manifest of each
    version, if it is set."""

    image_digest: str | None = Field(default=None, pattern=r"^sha256:[0-9a-f]{64}$")
    """Digest of the container image that the trainer runs in; goes into the manifest of each
    version, if it is set."""

    git_commit: str | None = Field(default=None, pattern=r"^[0-9a-f]{40}(-dirty)?$")
    """Commit of the trainer's code; that of the source tree that it runs from, if it runs from one
    and this is not set."""

    registry_timeout_seconds: int = Field(default=30, gt=0)
    """How long one call to MLflow may take, in seconds."""
