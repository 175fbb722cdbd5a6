"""Settings of the gateway, from variables that begin with `GATEWAY_`."""

from pathlib import Path

from pydantic import AnyHttpUrl, Field
from pydantic_settings import SettingsConfigDict

from kit.settings import WebSettings


class Settings(WebSettings):
    """What the gateway can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""

    api_keys_file: Path | None = None
    """File with the name and the SHA-256 of each API key; who asks `/v1/…` must then send one of
    them. It is read again every two seconds. If not set, everybody may ask."""

    inference_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8001")
    """Address of the model server, or of any other server of the Open Inference Protocol v2."""

    model_connect_seconds: float = Field(default=1.0, gt=0)
    """How long connecting to the model server may take, in seconds."""

    model_seconds: float = Field(default=5.0, gt=0)
    """How long one call to the model server may take in all, in seconds; then the answer is 503."""

    rules_file: Path | None = None
    """Rule pack to decide with; the pack that comes with hamgate if not set."""

    rules_poll_seconds: float = Field(default=2.0, gt=0)
    """How often to look whether the rule pack's file has changed, in seconds."""

    rules_cache_folder: Path | None = None
    """Folder in which compiled packs are kept, so that a start need not wait for the compiler; if
    not set, a pack is compiled at each start. Only what runs as the same user may be able to write
    there: what is in it is run."""

    shadow_share: float = Field(default=0.05, ge=0, le=1)
    """Share of the messages decided by rules that the model scores too, after the answer, to count
    how often it disagrees; 0 switches it off."""

    shadow_queue_size: int = Field(default=1000, gt=0)
    """Most messages that wait for it; those that come beyond are not scored, but counted."""

    max_body_bytes: int = Field(default=1024 * 1024, gt=0)
    """Largest request body, in bytes; a larger one is answered with 413."""

    max_batch_size: int = Field(default=1000, gt=0)
    """Most items in one batch; more are answered with 422."""

    max_text_bytes: int = Field(default=64 * 1024, gt=0)
    """Longest text, in bytes of UTF-8; a longer one is answered with 422."""
