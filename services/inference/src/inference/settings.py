"""Settings of the model server, from variables that begin with `INFERENCE_`."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from inference.loading.policy import EnvironmentCheck
from kit.settings import MlflowAddress, WebSettings


class Settings(WebSettings):
    """What the model server can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="INFERENCE_", validate_by_name=True)

    port: int = Field(default=8001, ge=1, le=65535)
    """Port to listen on."""

    tracking_uri: MlflowAddress = "http://127.0.0.1:5000"
    """Address of the MLflow server whose registry names the version that serves, without user and
    password."""

    poll_seconds: float = Field(default=5.0, gt=0)
    """How often the alias is looked up, in seconds; each wait is varied by a tenth, so that
    replicas do not ask all at once."""

    registry_timeout_seconds: int = Field(default=10, gt=0)
    """How long one call to MLflow may take, in seconds."""

    tracking_username: str | None = Field(default=None, validation_alias="MLFLOW_TRACKING_USERNAME")
    """User to log in to MLflow as; with the password, it is tried before the token."""

    tracking_password: SecretStr | None = Field(
        default=None, validation_alias="MLFLOW_TRACKING_PASSWORD"
    )
    """Password of that user."""

    tracking_token: SecretStr | None = Field(default=None, validation_alias="MLFLOW_TRACKING_TOKEN")
    """Token to log in to MLflow with."""

    tracking_insecure_tls: bool = Field(
        default=False, validation_alias="MLFLOW_TRACKING_INSECURE_TLS"
    )
    """Whether to take any certificate of MLflow's server. For trying things out only."""

    tracking_server_cert_path: Path | None = Field(
        default=None, validation_alias="MLFLOW_TRACKING_SERVER_CERT_PATH"
    )
    """PEM file with the authorities that may have signed MLflow's certificate; the system's if not
    set."""

    tracking_client_cert_path: Path | None = Field(
        default=None, validation_alias="MLFLOW_TRACKING_CLIENT_CERT_PATH"
    )
    """PEM file with a certificate and its key, to log in to MLflow with."""

    cache_dir: Path = Path(".hamgate/model-cache")
    """Folder for verified versions, one for each replica; the one that serves is kept there, others
    are removed. If it outlasts the process, a start takes the version from there, even with the
    registry away. Only what runs as the same user may be able to write there: what is in it is
    served."""

    load_seconds: float = Field(default=300.0, gt=0)
    """How long it may take to fetch a version, verify and compile it, in seconds."""

    environment_check: EnvironmentCheck = "warn"
    """What to do with a version that was trained with another version of scikit-learn, or another
    minor one of Python (3.11): `enforce` refuses it, `warn` logs it, `off` does nothing. Its golden
    messages must score as at the trainer in any case."""

    verify_keys_file: Path | None = None
    """PEM file with one or more public keys, on the curve P-256, P-384 or P-521: a version that
    none of them has signed does not serve. If not set, versions need no signature."""

    webhook_secret: SecretStr | None = None
    """Secret that MLflow signs its registry webhooks to `/hooks/registry` with: each is a hint to
    look the alias up at once. If not set, there is no such route."""

    challenger_share: float = Field(default=0.05, ge=0, le=1)
    """Share of the texts that the version with the alias `Challenger` scores too, off the way of
    the requests, if one has it; 0 switches it off, and saves the memory of a second model."""

    challenger_queue_size: int = Field(default=1000, gt=0)
    """Most texts that wait for it; those that come beyond are not scored, but counted."""

    max_body_bytes: int = Field(default=4 * 1024 * 1024, gt=0)
    """Largest request body, in bytes; a larger one is answered with 413."""

    max_batch_size: int = Field(default=1024, gt=0)
    """Most texts in one request; more are answered with 422."""

    max_text_bytes: int = Field(default=64 * 1024, gt=0)
    """Longest text in a request, in bytes of UTF-8; a longer one is answered with 422."""

    max_waiting_texts: int = Field(default=8192, gt=0)
    """Most texts waiting to be scored, or being scored, of requests with too many or too long texts
    to be answered at once; a request beyond them is answered with 503, unless it is alone."""

    max_waiting_chars: int = Field(default=8 * 1024 * 1024, gt=0)
    """Most characters of such texts: at 0.1 µs each (compiled model), all are done in a second."""

    @field_validator("tracking_server_cert_path")
    @classmethod
    def _not_both(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is not None and info.data.get("tracking_insecure_tls"):
            msg = "must not be set together with MLFLOW_TRACKING_INSECURE_TLS"
            raise ValueError(msg)
        return path
