"""How a message is sent to each kind of server, and what its answer says."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kit import oip
from kit.model_text import model_text
from kit.registry import REGISTERED_MODEL

JSON = "application/json"


@dataclass(frozen=True)
class Verdict:
    """What an answer says, as far as it does."""

    score: float
    label: str | None = None
    layer: str | None = None


@dataclass(frozen=True)
class Protocol:
    """The wire format of a server."""

    path: str
    body: Callable[[str], bytes]
    """Makes of a raw text the body that asks about it."""
    expected: str
    """What the body of every good answer holds."""
    read: Callable[[bytes], Verdict] | None
    """Reads an answer; None where there is nothing to read from it."""
    content_type: str = JSON


def _compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _classify(text: str) -> bytes:
    return _compact({"text": text})


def _classified(answer: bytes) -> Verdict:
    found = json.loads(answer)
    return Verdict(found["score"], found["label"], found["layer"])


def classify_batch(texts: Sequence[str]) -> bytes:
    """Return the body that asks the gateway about many texts."""
    return _compact({"items": [{"text": text} for text in texts]})


def infer(texts: Sequence[str], shape: Sequence[int] | None = None) -> bytes:
    """Return the body of the Open Inference Protocol that asks about many texts."""
    tensor = {
        "name": oip.INPUT,
        "shape": shape or [len(texts)],
        "datatype": "BYTES",
        "data": texts,
    }
    return _compact({"inputs": [tensor]})


def _inferred(answer: bytes) -> Verdict:
    outputs: dict[str, Any] = {o["name"]: o["data"] for o in json.loads(answer)["outputs"]}
    return Verdict(outputs[oip.PROBABILITY][0])


def mail(text: str) -> bytes:
    """Return a mail with this text; rspamd reads nothing else."""
    head = (
        "From: sender@example.com\r\nTo: reader@example.com\r\n"
        "Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    # RS (byte 30) is what divides the messages in wrk's file.
    return f"{head}{text}\r\n".replace("\x1e", " ").encode()


ANY = Protocol("/v1/classify", _classify, '"label":', None)
"""Servers that answer every message alike."""

BY_RULES = Protocol("/v1/classify", _classify, '"layer":"heuristic"', _classified)
BY_MODEL = Protocol("/v1/classify", _classify, '"layer":"model"', _classified)

# Peers score texts as they come, so they are sent prepared ones: that work is spared them.
MLFLOW = Protocol(
    "/invocations",
    lambda text: _compact({"instances": [model_text(text)]}),
    '"predictions":',
    lambda answer: Verdict(json.loads(answer)["predictions"][0][1]),
)
MLSERVER = Protocol(
    f"/v2/models/{REGISTERED_MODEL}/infer",
    lambda text: infer([model_text(text)], [1, 1]),
    f'"{oip.PROBABILITY}"',
    _inferred,
)
BENTOML = Protocol(
    "/score",
    lambda text: _compact({"texts": [model_text(text)]}),
    "[",
    lambda answer: Verdict(json.loads(answer)[0]),
)
RSPAMD = Protocol("/checkv2", mail, '"symbols":', None, "message/rfc822")
