"""Settings of the trainer, from variables that begin with `TRAINER_`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
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

    database_url: SecretStr = SecretStr("sqlite:///.hamgate/hamgate.db")
    """Database that holds the locks between trainers, and what users reported (the same as
    `GATEWAY_DATABASE_URL`, for `train --with-feedback`): `postgresql://user:password@host/database`,
    or, for the trainers of one machine, `sqlite:///` and the path of a file, beside which they are
    kept. All trainers of one registry need the same; a pooler before PostgreSQL must pool sessions,
    not transactions."""

    lock_seconds: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """How long to wait for another trainer that is just moving an alias, in seconds."""

    actor: str | None = Field(default=None, max_length=200)
    """Who promotes and rolls back, as it is written on versions; user@host if not set."""

    inference_url: str | None = Field(default=None, pattern="^https?://[^@]+$")
    """Address of a model server that `trainer status` asks which version it serves, without user
    and password; none is asked if not set."""

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

    feedback_policy_file: Path | None = None
    """YAML file with the guards before feedback; the one that comes with hamgate if not set."""

    jobs: int | None = Field(default=None, ge=1)
    """Processes to train with; one a core if not set. A cluster uses all that it has."""

    executor: Literal["local", "dask"] = "local"
    """Where candidates and folds are tried: in processes of this machine, or on the workers of a
    Dask cluster."""

    dask_scheduler: str | None = Field(
        default=None, pattern="^(tcp|tls)://.+:[0-9]+$", validate_default=True
    )
    """Address of the Dask scheduler, such as `tcp://dask-scheduler:8786`; needed with the executor
    `dask`."""

    log_messages: bool = True
    """Whether messages of the corpus may be stored in the run, for people to look at: those that
    were called wrongly, and those that the rules miss. Whoever may read the run reads them."""

    gate_policy_file: Path | None = None
    """YAML file with what the gate asks of a version; the one that comes with hamgate if not
    set."""

    signing_key_file: Path | None = None
    """PEM file with a private key, on the curve P-256, P-384 or P-521, that versions are signed
    with; unsigned if not set."""

    log_corpus: bool = True
    """Whether a training keeps, among its run's artifacts, the messages that the version was fitted
    on: whoever may read the run's artifacts reads them. Not if messages may not be stored at all.
    Without them, `trainer reproduce` needs the corpus where it was, unchanged."""

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

    @field_validator("dask_scheduler")
    @classmethod
    def _has_a_scheduler(cls, address: str | None, info: ValidationInfo) -> str | None:
        if address is None and info.data.get("executor") == "dask":
            msg = "the executor is dask, so give the address of its scheduler"
            raise ValueError(msg)
        return address

    @property
    def scheduler(self) -> str | None:
        """Address of the Dask scheduler to use; None for this machine alone."""
        return self.dask_scheduler if self.executor == "dask" else None
