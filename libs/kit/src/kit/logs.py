"""Logs: one JSON object a line on stderr, with the request id. Message texts never reach a line."""

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from kit.request_id import current_request_id

LogLevel = Literal["debug", "info", "warning", "error"]


def configure_logs(service: str, level: LogLevel) -> None:
    """Send structlog's and the standard library's records to stderr as JSON lines."""
    severity = logging.getLevelNamesMapping()[level.upper()]
    shared = _shared_processors(service)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # What is not severe enough costs nothing: its method does not even look at the event.
        wrapper_class=structlog.make_filtering_bound_logger(severity),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    # Below `info` only our own: a library may write whatever passes through it, texts included.
    logging.basicConfig(handlers=[handler], level=max(logging.INFO, severity), force=True)
    for ours in (service, "kit"):
        logging.getLogger(ours).setLevel(severity)
    # It warns of every failed attempt; who calls MLflow says so once, in words that help.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


def _shared_processors(service: str) -> list[Processor]:
    """Return what every line goes through, whoever wrote it."""

    def add_context(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        if (request_id := current_request_id()) is not None:
            event["request_id"] = request_id
        return event

    return [
        add_context,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_kind_and_place),
    ]


_transform = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)


def _kind_and_place(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """Return the types and frames of an exception and of its causes.

    Not the locals of a frame, and not what the exception says: either can be the text of a message.
    """
    kept = ("exc_type", "is_cause", "frames")
    return [{name: stack[name] for name in kept} for stack in _transform(exc_info)]
