"""Settings of `python -m store`, from variables that begin with `STORE_`."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator tells it."""

    model_config = SettingsConfigDict(
        env_prefix="STORE_",
        frozen=True,
        use_attribute_docstrings=True,
        env_ignore_empty=True,
        allow_inf_nan=False,
    )

    database_url: SecretStr
    """Address of the database: `postgresql://user:password@host/database`, or `sqlite:///` and the
    path of a file. The same as `GATEWAY_DATABASE_URL`."""

    seconds: float = Field(default=10.0, gt=0)
    """How long connecting to the database, and a look at its state, may take, in seconds; a
    migration may take ten minutes."""
