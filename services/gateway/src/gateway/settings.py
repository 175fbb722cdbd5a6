"""Settings of the gateway, from variables that begin with `GATEWAY_`."""

from pathlib import Path
from typing import Literal

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from kit.settings import WebSettings
from rules.pack import default_pack_path
from store.address import check_address


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

    model_resolve_seconds: float = Field(default=5.0, gt=0)
    """How often the name in that address is looked up, in seconds: all addresses that it then has
    are asked, and the old ones stay in use while it cannot be looked up."""

    model_connect_seconds: float = Field(default=1.0, gt=0)
    """How long connecting to the model server may take, in seconds."""

    model_seconds: float = Field(default=5.0, gt=0)
    """How long a message may wait for the model in all, in seconds; then the answer is 503."""

    model_calls: int = Field(default=2, gt=0)
    """Most calls that wait for an answer at once from one address of the model server: while it
    scores one, the next is on its way. Messages that come meanwhile wait for the next call. Of the
    calls to all addresses one is kept from texts of 8,192 code points or more and from explained
    messages, if there are two."""

    model_call_texts: int = Field(default=256, gt=0)
    """Most texts in one call to the model server; it must not be above the most that it takes."""

    model_call_chars: int = Field(default=256 * 1024, gt=0)
    """Most code points of the texts in one call; a text that is longer goes alone. A code point
    takes up to six bytes of the call's body."""

    model_queue_texts: int = Field(default=2000, gt=0)
    """Most messages that wait for the model; those that come beyond are answered with 503 at
    once."""

    model_queue_chars: int = Field(default=2 * 1024 * 1024, gt=0)
    """Most code points of the messages that wait for the model; what comes beyond is answered with
    503 at once."""

    model_breaker_failures: int = Field(default=5, gt=0)
    """After how many failed calls in a row an address of the model server is left alone for a
    while."""

    model_breaker_seconds: float = Field(default=5.0, gt=0)
    """Longest such while, in seconds; the first is half a second, and each doubles the one
    before. One call then tries the address."""

    on_model_unavailable: Literal["error", "ham", "spam"] = "error"
    """What to answer when no rule decides and the model cannot be asked: `error` is 503; `ham` and
    `spam` are verdicts, with `"layer": "fallback"` in the answer."""

    rules_file: Path | None = None
    """Rule pack to decide with; the pack that comes with hamgate if not set."""

    rules_poll_seconds: float = Field(default=2.0, gt=0)
    """How often to look whether the rule pack's file has changed, in seconds."""

    rules_cache_folder: Path | None = None
    """Folder in which compiled packs are kept, so that a start need not wait for the compiler; if
    not set, a pack is compiled at each start. Only what runs as the same user may be able to write
    there: what is in it is run."""

    rules_memo_entries: int = Field(default=10_000, ge=0)
    """Most texts of which is kept what the rules found in them, for when they come again; 0
    switches it off."""

    rules_memo_bytes: int = Field(default=2 * 1024 * 1024, ge=0)
    """Most memory that they may take, in bytes; 0 switches it off."""

    shadow_share: float = Field(default=0.05, ge=0, le=1)
    """Share of the messages decided by rules that the model scores too, after the answer, to count
    how often it disagrees; 0 switches it off."""

    shadow_queue_size: int = Field(default=1000, gt=0)
    """Most messages that wait for it; those that come beyond are not scored, but counted."""

    database_url: SecretStr | None = None
    """Address of the database in which feedback is kept: `postgresql://user:password@host/database`,
    or `sqlite:///` and the path of a file. If not set, feedback is answered with 501."""

    database_migrate: bool = False
    """Whether the gateway itself makes and changes the database's tables, so that nobody needs to
    run `python -m store upgrade`; it must be allowed to there."""

    feedback_seconds: float = Field(default=5.0, gt=0)
    """How long feedback may wait until it is kept, in seconds, and connecting to the database or a
    statement may take; then the answer is 503."""

    feedback_queue_size: int = Field(default=1000, gt=0)
    """Most feedback that waits for the database; what comes beyond is answered with 503 at once."""

    feedback_queue_chars: int = Field(default=2 * 1024 * 1024, gt=0)
    """Most code points of its texts; what comes beyond is answered with 503 at once. It must not be
    below the longest text."""

    max_body_bytes: int = Field(default=1024 * 1024, gt=0)
    """Largest request body, in bytes; a larger one is answered with 413. For one message it is six
    times the longest text and 4 KiB, if that is less: it can need no more."""

    max_batch_size: int = Field(default=1000, gt=0)
    """Most items in one batch; more are answered with 422."""

    max_text_bytes: int = Field(default=64 * 1024, gt=0)
    """Longest text, in bytes of UTF-8; a longer one is answered with 422."""

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None:
            check_address(address.get_secret_value())
        return address

    @property
    def pack_path(self) -> Path:
        """Path of the pack to decide with."""
        return self.rules_file or default_pack_path()
