"""Errors that every web service of ours can meet. They know no HTTP; `kit.problems` maps them.

ServiceError
├── HeadTooLarge      request line and headers are over the limit
├── HeadTooSlow       they did not arrive in time
├── BodyTooLarge      the request's body is over the limit
├── BodyTooSlow       the body did not arrive in time
├── UnsupportedMedia  the body is not said to be JSON
├── Malformed         the body is not JSON, or not UTF-8
├── Invalid           the body is JSON of the wrong shape, or a value is out of bounds
├── Unauthenticated   the request does not say who sends it
├── Forbidden         it does, and may not
├── NotFound          there is no such thing here
├── MethodNotAllowed  there is, and it takes other methods
├── Conflict          it contradicts what came before
├── SwitchedOff       no setting has turned it on here
└── Unavailable       something that the answer needs is away; try again later
"""


class ServiceError(Exception):
    """Base of the errors that are answered with a problem; the message is for the client."""


class HeadTooLarge(ServiceError):
    """Request line and headers are over the limit."""


class HeadTooSlow(ServiceError):
    """Request line and headers did not arrive in time."""


class BodyTooLarge(ServiceError):
    """The request's body is over the limit."""


class BodyTooSlow(ServiceError):
    """The body did not arrive in time."""


class UnsupportedMedia(ServiceError):
    """The body is not said to be JSON."""


class Malformed(ServiceError):
    """The body is not JSON, or not UTF-8."""


class Invalid(ServiceError):
    """The body is JSON of the wrong shape, or a value is out of bounds."""


class Unauthenticated(ServiceError):
    """The request does not say who sends it."""

    def __init__(self, message: str, *, challenge: str) -> None:
        """Say what is missing; `challenge` is how to say it, as in WWW-Authenticate."""
        super().__init__(message)
        self.challenge = challenge


class Forbidden(ServiceError):
    """The request says who sends it, and that one may not."""


class NotFound(ServiceError):
    """There is no such thing here."""


class MethodNotAllowed(ServiceError):
    """There is such a thing here, and it takes other methods."""

    def __init__(self, message: str, *, allowed: str) -> None:
        """Say what takes no such method; `allowed` are those that it takes, as in Allow."""
        super().__init__(message)
        self.allowed = allowed


class Conflict(ServiceError):
    """The request contradicts one that came before."""


class SwitchedOff(ServiceError):
    """What is asked for is not on here; trying again does not help, a setting does."""


class Unavailable(ServiceError):
    """Something that the answer needs is away."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        """Say what is away; `retry_after` is the delay, in seconds, to suggest to the client."""
        super().__init__(message)
        self.retry_after = retry_after
