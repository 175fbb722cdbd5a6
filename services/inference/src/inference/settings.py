"""Settings of the model server, from variables that begin with `INFERENCE_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import WebSettings


class Settings(WebSettings):
    """What the model server can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="INFERENCE_")

    port: int = Field(default=8001, ge=1, le=65535)
    """Port to listen on."""

    tracking_uri: str = Field(default="http://127.0.0.1:5000", pattern="^https?://")
    """Address of the MLflow server whose registry names the version that serves."""

    poll_seconds: float = Field(default=5.0, gt=0)
    """How often the alias is looked up, in seconds; each wait is varied by a tenth, so that
    replicas do not ask all at once."""

    registry_timeout_seconds: int = Field(default=10, gt=0)
    """How long one call to MLflow may take, in seconds."""

    cache_dir: Path = Path(".hamgate/model-cache")
    """Folder for downloaded versions; the one that serves is kept there, others are removed."""

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
