import json
import logging
from typing import Any

import pytest
import structlog

from kit.logs import configure_logs


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines logged so far."""
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


def test_lines_are_json_from_both_loggers(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of structlog and of the standard library look the same."""
    configure_logs("gateway", "info")
    structlog.get_logger("ours").info("swapped", version="3")
    logging.getLogger("theirs").warning("careful")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["version"], ours["service"]) == ("swapped", "3", "gateway")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("careful", "warning", "theirs")
    assert ours["timestamp"]


def test_the_level_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """What is less severe than the level is not written."""
    configure_logs("gateway", "error")
    structlog.get_logger("ours").info("chatter")
    assert lines(capsys) == []


def test_debug_is_for_our_own_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A library's debug lines are not written: what passes through it could be a message."""
    configure_logs("gateway", "debug")
    structlog.get_logger("gateway.upstream.client").debug("ours")
    structlog.get_logger("kit.http_metrics").debug("ours too")
    logging.getLogger("urllib3.util").debug("theirs")
    logging.getLogger("aiohttp").info("theirs, severe enough")
    events = [line["event"] for line in lines(capsys)]
    assert events == ["ours", "ours too", "theirs, severe enough"]


def test_a_traceback_holds_nothing_of_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither locals nor an exception's own words, nor its cause's, reach the line."""
    configure_logs("gateway", "info")

    def fail(text: str) -> None:
        try:
            float(text)
        except ValueError as error:
            raise RuntimeError(text) from error

    try:
        fail("zanzibar")
    except RuntimeError:
        structlog.get_logger("ours").exception("failed")
    (line,) = lines(capsys)
    assert "zanzibar" not in json.dumps(line)
    assert [stack["exc_type"] for stack in line["exception"]] == ["RuntimeError", "ValueError"]
    assert line["exception"][0]["frames"][-1]["name"] == "fail"
