"""What is answered when the model is unavailable, and that it is never silent."""

import time
from collections.abc import Callable
from typing import Literal

import structlog

from gateway import metrics
from gateway.errors import ModelUnavailable
from gateway.schemas import Label

log = structlog.get_logger(__name__)

_QUIET_SECONDS = 10.0
"""Without a failure for so long, an outage is over. Under a load that is just too high, failures
and answers alternate many times a second: each would be an outage of its own."""


class Fallback:
    """Decides on messages about which the model could not be asked, and tells of outages."""

    def __init__(
        self,
        answer: Literal["error", Label],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Give `answer` as the verdict; `error` gives none."""
        self._answer = answer
        self._clock = clock
        self._began = 0.0
        self._last = 0.0
        self._messages = 0
        self.outage = False
        """Whether the model was unavailable, and it is not told yet that it is back."""

    def label_for(self, error: ModelUnavailable) -> Label:
        """Return the label of a message for which the model is unavailable.

        Raises:
            ModelUnavailable: The setting says that there is none.
        """
        self.count(error)
        if self._answer == "error":
            raise error
        return self._answer

    def count(self, error: ModelUnavailable) -> None:
        """Count a message for which the model is unavailable."""
        metrics.MODEL_UNAVAILABLE.labels(error.reason).inc()
        self._last = self._clock()
        if not self.outage:
            self.outage = True
            self._began, self._messages = self._last, 0
            log.warning("model_unavailable", reason=error.reason, answer=self._answer)
        self._messages += 1

    def answered(self) -> None:
        """Note that the model answered. Only needed during an outage."""
        if self._clock() - self._last < _QUIET_SECONDS:
            return
        self.outage = False
        seconds = round(self._last - self._began, 1)
        log.info("model_available", messages=self._messages, seconds=seconds)
