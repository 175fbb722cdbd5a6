"""What is measured: each row of the benchmark, what runs for it, and what it is sent."""

from dataclasses import dataclass
from typing import Literal

from bench.dataplane import wire
from bench.dataplane.wire import Protocol

Source = Literal["ruled", "left", "unseen", "invented"]
"""Messages of the corpus that rules decide, or leave; spliced ones; and those of invented words."""

FEW, SOME, MANY = 1, 16, 64
EMPTY_ASGI, MONOLITH = "empty ASGI app", "monolith"
RULES, WORD, CHAR = "hamgate, rules", "hamgate, word model", "hamgate, character model"
UNSEEN = f"{CHAR}, unseen"
INVENTED = f"{CHAR}, invented words"


@dataclass(frozen=True)
class System:
    """A row."""

    name: str
    deployment: str
    """What has to run; several systems can share it."""
    protocol: Protocol
    source: Source
    what: str
    """A sentence for the page."""
    connections: tuple[int, ...] = (FEW, SOME, MANY)
    peer: bool = False
    same_model: bool = True
    """Whether a peer serves hamgate's character model."""

    @property
    def kind(self) -> Literal["word", "char"]:
        """Which model it serves."""
        return "word" if self.deployment == "hamgate-word" else "char"


SYSTEMS = (
    System(
        EMPTY_ASGI,
        "empty-asgi",
        wire.ANY,
        "left",
        "takes the body, looks at none of it and always sends the same answer: the ceiling of "
        "everything under uvicorn",
    ),
    System(
        "empty FastAPI endpoint",
        "empty-fastapi",
        wire.ANY,
        "left",
        "the same with a pydantic model in and out",
    ),
    System(
        MONOLITH,
        "monolith",
        wire.BY_MODEL,
        "left",
        "FastAPI, pydantic, and `predict_proba` of the same character pipeline for each request, "
        "as one would write it first; it normalises the text and has no rules",
    ),
    System(
        RULES,
        "hamgate-char",
        wire.BY_RULES,
        "ruled",
        "both services; every message is decided by a rule (and one in twenty scored in the "
        "shadow, as by default)",
    ),
    System(
        WORD,
        "hamgate-word",
        wire.BY_MODEL,
        "left",
        "both services; the rules decide none of the messages, a model of words does",
    ),
    System(
        CHAR,
        "hamgate-char",
        wire.BY_MODEL,
        "left",
        "the same with a model of n-grams of characters",
    ),
    System(
        UNSEEN,
        "hamgate-char",
        wire.BY_MODEL,
        "unseen",
        "the same on messages of which each is sent once",
        (MANY,),
    ),
    System(
        INVENTED,
        "hamgate-char",
        wire.BY_MODEL,
        "invented",
        "the same on messages of which each is sent once and no word was ever written before: "
        "the worst that can be sent",
        (MANY,),
    ),
    System(
        "MLflow models serve",
        "mlflow",
        wire.MLFLOW,
        "left",
        "`mlflow models serve`, one worker, with uvloop and httptools, without its access log",
        peer=True,
    ),
    System(
        "MLServer",
        "mlserver",
        wire.MLSERVER,
        "left",
        "MLServer with a runtime that asks the pipeline, adaptive batching (64 texts, 1 ms: the "
        "best of five settings), no worker processes, with uvloop and httptools",
        peer=True,
    ),
    System(
        "BentoML",
        "bentoml",
        wire.BENTOML,
        "left",
        "BentoML with one worker, adaptive batching (up to 64 texts), without its access log",
        peer=True,
    ),
    System(
        "rspamd",
        "rspamd",
        wire.RSPAMD,
        "left",
        "rspamd with one worker and its Bayes classifier only, trained on the same messages, "
        "before Redis; both are counted; a peer by what it is for, with a model of its own",
        peer=True,
        same_model=False,
    ),
)
