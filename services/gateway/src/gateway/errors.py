"""Errors of the gateway, beside those of `kit.errors`.

ServiceError
├── Unavailable
│   ├── ModelUnavailable     no rule decided, and the model gave no answer; try again later
│   └── FeedbackUnavailable  feedback was not kept, or nobody knows; send it again later
├── Conflict
│   └── FeedbackConflict     a key came before, with other feedback
├── SwitchedOff
│   └── FeedbackOff          feedback is not kept here
└── Invalid
    └── TextRefused          the model server does not take the text; trying again does not help
"""

from typing import Literal

from kit.errors import Conflict, Invalid, SwitchedOff, Unavailable

Reason = Literal["unreachable", "refused", "unusable", "open", "full", "late", "fault"]
"""Why the model is unavailable, in the metrics: no answer to the call (`unreachable`), an answer
with an error (`refused`) or of no use (`unusable`); no call at all, because the model server is
left alone after failures (`open`) or too many wait (`full`); no answer in the message's time, in
the queue or in a call (`late`); or an error of the gateway's own, which nobody foresaw (`fault`).
"""


class ModelUnavailable(Unavailable):
    """No rule decided, and the model server gave no answer that can be used."""

    def __init__(self, message: str, reason: Reason = "unreachable") -> None:
        """Say what is wrong; `reason` is what it is counted as."""
        super().__init__(message)
        self.reason: Reason = reason


class FeedbackUnavailable(Unavailable):
    """Feedback was not kept, or nobody knows whether: sent again it is kept once."""


class FeedbackConflict(Conflict):
    """A reporter's key came before, with other feedback."""


class FeedbackOff(SwitchedOff):
    """Feedback is not kept here: no database is set."""


class TextRefused(Invalid):
    """The model server refuses the text, or one of those that were sent with it."""
