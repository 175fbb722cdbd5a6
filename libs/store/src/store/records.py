"""What is kept, as it comes and as it is given back. Imports no database library."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Label = Literal["spam", "ham"]


@dataclass(frozen=True, slots=True)
class NewFeedback:
    """What a reporter says of a message: its text, or the id of its verdict, or both."""

    reporter: str
    """Who says it, by the client's own name for them."""
    label: Label
    """What the message is, in the reporter's eyes."""
    text: str | None
    """The message as it was written; no NUL, which PostgreSQL cannot keep."""
    decision_id: str | None
    """The id that the verdict on it had."""
    source: str | None
    """The name of the API key that it came with; None if none is asked for."""
    given_key: str | None = None
    """The client's key: the same one again, from the same source and reporter, is a repetition."""

    @property
    def key(self) -> str:
        """The key that it is kept under: the client's, or else the digest of what it says."""
        return self.given_key or self.digest

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what is said: two that are the same say the same of one message."""
        said = json.dumps([self.label, self.decision_id, self.text])
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What says that feedback is kept."""

    id: int
    received_at: datetime
    """When it came first, in UTC."""
    repeated: bool
    """Whether it was there already."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback that was kept."""

    id: int
    """Rising with time, with gaps."""
    reporter: str
    source: str | None
    """The name of the API key that it came with; None if none was asked for."""
    decision_id: str | None
    text: str | None
    """At least one of `text` and `decision_id` is there."""
    label: Label
    received_at: datetime
    """In UTC."""
