"""The settings that every web service has; each service adds its own under its own prefix."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretBytes, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.logs import LogLevel


def _without_userinfo(address: str) -> str:
    if "@" in urlsplit(address).netloc:
        msg = (
            "an address is shown and logged, so there must be no user and no password in it; set "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
        )
        raise ValueError(msg)
    return address


MlflowAddress = Annotated[str, Field(pattern="^https?://"), AfterValidator(_without_userinfo)]
"""Address of an MLflow server: one that may be shown."""


class WebSettings(BaseSettings):
    """Settings of a web service. Frozen: built once in `__main__` and passed down."""

    # `X=` counts as not set: it is how files of variables say so.
    model_config = SettingsConfigDict(
        frozen=True, use_attribute_docstrings=True, env_ignore_empty=True, allow_inf_nan=False
    )

    host: str = "127.0.0.1"
    """Address to listen on. `0.0.0.0` for all of them."""

    admin_port: int | None = Field(default=None, ge=1, le=65535)
    """Port of its own for what operators ask: metrics, docs, the gateway's rules. It answers all
    else too; the public port then answers 404 to them. If not set, one port is for everything."""

    admin_host: str | None = None
    """Address to listen on with the admin port; the same as for the public one if not set."""

    log_level: LogLevel = "info"
    """Least severe log line that is written; at `debug` there is one for every request."""

    keep_alive_seconds: int = Field(default=75, gt=0)
    """How long an idle connection is kept, in seconds: longer than the 60 s of a proxy before us,
    or a request can meet a connection that is just being closed."""

    max_connections: int = Field(default=1000, gt=0)
    """Most connections at once, on each port; more are answered with 503 and closed. Each one needs
    an open file: keep it below the system's limit of those."""

    max_head_bytes: int = Field(default=16 * 1024, ge=1024)
    """Longest request line and headers together, in bytes; longer ones are answered with 431."""

    head_seconds: float = Field(default=10.0, ge=1)
    """How long a client may take to send request line and headers, in seconds, up to two more; a
    slower one is answered with 408."""

    body_seconds: float = Field(default=10.0, gt=0)
    """How long a client may take to send a body, in seconds; a slower one is answered with 408."""

    max_bodies_bytes: int = Field(default=64 * 1024 * 1024, gt=0)
    """Most bytes that the bodies of all requests have together until they are answered, those of up
    to 16 KiB not counted; one that goes beyond is answered with 503. It must not be below the
    longest body."""

    drain_seconds: float = Field(default=0.0, ge=0)
    """How long to be unready and still answer after SIGTERM, in seconds, before connections are
    refused: in a cluster, as long as it takes until nobody sends requests here any more."""

    shutdown_seconds: int = Field(default=20, gt=0)
    """How long requests in flight may take to finish at shutdown, in seconds."""


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load_or_exit(settings: type[SettingsT]) -> SettingsT:
    """Return the settings from the environment; a bad one ends the process with one line each.

    The line has the value, unless it can have a secret in it.
    """
    try:
        return settings()
    except ValidationError as error:
        prefix = settings.model_config.get("env_prefix", "")
        secrets = set(_secrets(settings))
        for fault in error.errors():
            name = str(fault["loc"][0])
            shown = "" if name in secrets else _shown(fault["input"])
            # A field with a variable of another prefix is reported by that variable's name.
            name = name if name.isupper() else f"{prefix}{name}".upper()
            sys.stderr.write(f"{name}: {fault['msg']}{shown}\n")
        raise SystemExit(2) from None


def _shown(value: object) -> str:
    """Return a value for a line about it; nothing if it can have a secret in it.

    An address can have a password before its `@`. What is no text is not of one variable alone:
    where one is missing, it is all the others.
    """
    if not isinstance(value, str) or "@" in value:
        return ""
    return f" (it is {value!r})"


def _secrets(settings: type[BaseSettings]) -> Iterator[str]:
    """Yield the names, by which errors call them, of the fields that are secret."""
    for name, field in settings.model_fields.items():
        if _is_secret(field):
            yield str(field.validation_alias or name)


def _is_secret(field: FieldInfo) -> bool:
    kinds: tuple[Any, ...] = (field.annotation, *get_args(field.annotation))
    return SecretStr in kinds or SecretBytes in kinds
