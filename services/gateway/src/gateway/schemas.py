"""What the public API takes and answers."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from kit.oip import Term

Label = Literal["spam", "ham"]
Layer = Literal["heuristic", "model", "fallback"]


class ClassifyRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A message to classify."""

    text: Annotated[str, msgspec.Meta(min_length=1, description="The message, as it was written.")]
    id: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=128)] | None,
        msgspec.Meta(description="Your name for it, sent back; one is made up if it is missing."),
    ] = None
    explain: Annotated[bool, msgspec.Meta(description="Also say why.")] = False


class BatchRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Messages to classify together."""

    items: Annotated[list[ClassifyRequest], msgspec.Meta(min_length=1)]


class ModelRef(msgspec.Struct):
    """The version of the model that answered."""

    name: str
    version: str


class PackRef(msgspec.Struct):
    """The version of the rule pack that was asked."""

    name: str
    version: str


class RuleExplanation(msgspec.Struct, tag="rule", tag_field="kind"):
    """Why a rule decided: what it is for, and the parts of the text for which it hit."""

    description: str
    matched: Annotated[
        str | None,
        msgspec.Meta(description="The first of the parts; null if the rule hit for no part."),
    ]
    spans: Annotated[
        list[tuple[int, int]],
        msgspec.Meta(description="Start and end (exclusive), in code points of the text as sent."),
    ]


class ModelExplanation(msgspec.Struct, tag="model", tag_field="kind"):
    """Why the model decided: logit = intercept + the listed contributions + the rest."""

    threshold: float | None
    logit: float
    intercept: float
    terms: list[Term]
    rest: float


class ClassifyResponse(msgspec.Struct, kw_only=True):
    """The verdict on a message."""

    id: str
    label: Label
    score: Annotated[float, msgspec.Meta(ge=0, le=1, description="Probability of spam.")]
    layer: Annotated[
        Layer,
        msgspec.Meta(
            description="Who decided: a rule, the model, or nobody (fallback: the model is away)."
        ),
    ]
    rule: Annotated[str | None, msgspec.Meta(description="Id of the rule, if one decided.")] = None
    pack: Annotated[PackRef, msgspec.Meta(description="The rules that were asked first.")]
    model: ModelRef | None = None
    explanation: RuleExplanation | ModelExplanation | msgspec.UnsetType = msgspec.UNSET


class BatchResponse(msgspec.Struct):
    """The verdicts, in the order of the items."""

    results: list[ClassifyResponse]


_NO_NUL = r"^[^\u0000]*$"
"""No database of feedback takes a NUL, and no trainer."""
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=_NO_NUL)]


class FeedbackRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What somebody says of a message: its text, or the id of its verdict, or both are needed."""

    label: Annotated[Label, msgspec.Meta(description="What the message really is.")]
    reporter: Annotated[
        _Name, msgspec.Meta(description="Who says so, by a name of yours that stays the same.")
    ]
    text: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, pattern=_NO_NUL)] | msgspec.UnsetType,
        msgspec.Meta(description="The message, as it was written; without it nobody can learn."),
    ] = msgspec.UNSET
    id: Annotated[
        _Name | msgspec.UnsetType, msgspec.Meta(description="The id that its verdict had.")
    ] = msgspec.UNSET
    key: Annotated[
        _Name | msgspec.UnsetType,
        msgspec.Meta(
            description="The same one again from this reporter is a repetition, which is not kept "
            "twice. If it is missing, the same text, id and label are."
        ),
    ] = msgspec.UNSET


class FeedbackResponse(msgspec.Struct):
    """The receipt of feedback that is kept."""

    feedback: Annotated[int, msgspec.Meta(description="Its number.")]
    received_at: Annotated[datetime, msgspec.Meta(description="When it came first.")]
    repeated: Annotated[bool, msgspec.Meta(description="Whether it was there already.")]


class RuleInfo(msgspec.Struct):
    """A rule of the pack, as far as it is shown."""

    id: str
    verdict: Label
    state: str
    group: str
    description: str
    priority: Annotated[int, msgspec.Meta(description="Higher first, among those of a verdict.")]


class PackInfo(msgspec.Struct):
    """The rule pack that decides."""

    name: str
    version: str
    digest: Annotated[str, msgspec.Meta(description="SHA-256 of the file, in hex.")]
    loaded_at: Annotated[datetime, msgspec.Meta(description="When it began to serve.")]
    trouble: Annotated[
        list[str] | None,
        msgspec.Meta(description="Why the file is not what serves, if it is bad; else null."),
    ]
    rules: list[RuleInfo]


class ModelInfo(msgspec.Struct):
    """The model that is asked when no rule decides."""

    name: str
    version: str
    threshold: Annotated[
        float | None,
        msgspec.Meta(
            description="A score at or above it is spam; null if the server does not say."
        ),
    ]
