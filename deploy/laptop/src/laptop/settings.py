"""Settings of `make run`, from variables that begin with `LAPTOP_`."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_PREFIX = "LAPTOP_"
# The services' own variables, so that a port is set by one name wherever it runs.
_GATEWAY_PORT = "GATEWAY_PORT"
_INFERENCE_PORT = "INFERENCE_PORT"
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a key, nothing is bound


class Settings(BaseSettings):
    """What `make run` can be told from outside."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        frozen=True,
        use_attribute_docstrings=True,
        env_ignore_empty=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    state_folder: Path = Path(".hamgate")
    """Folder of all that is kept between runs: MLflow's database and artifacts, the feedback,
    the model cache, the logs. Relative to the working directory."""

    host: str = "127.0.0.1"
    """Address that every service listens on."""

    gateway_port: int = Field(default=8000, ge=1, le=65535, validation_alias=_GATEWAY_PORT)
    """Port of the gateway, the public API."""

    inference_port: int = Field(default=8001, ge=1, le=65535, validation_alias=_INFERENCE_PORT)
    """Port of the inference service."""

    mlflow_port: int = Field(default=5000, ge=1, le=65535)
    """Port of MLflow, its API and its pages."""

    startup_seconds: float = Field(default=120.0, gt=0)
    """How long a service may take to become ready, in seconds."""

    grace_seconds: float = Field(default=10.0, gt=0)
    """How long a service may take to end after SIGTERM, in seconds; then it is killed."""

    def url(self, port: int) -> str:
        """Return the address, for a client on this machine, of the service on `port`."""
        host = _EVERY_ADDRESS.get(self.host, self.host)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def ports(self) -> Iterator[tuple[str, int, str]]:
        """Yield the name, the port and the variable of every service."""
        yield "gateway", self.gateway_port, _GATEWAY_PORT
        yield "inference", self.inference_port, _INFERENCE_PORT
        yield "mlflow", self.mlflow_port, f"{_PREFIX}MLFLOW_PORT"
