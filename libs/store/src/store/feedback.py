"""Stub until branch feedback is merged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Feedback:
    """One row of feedback."""

    id: str
    reporter: str
    source: str | None
    decision_id: str | None
    text: str | None
    label: Literal["spam", "ham"]
    received_at: datetime


def read_feedback(engine: Engine, since: datetime | None = None) -> Iterator[Feedback]:
    """Yield rows."""
    raise NotImplementedError
